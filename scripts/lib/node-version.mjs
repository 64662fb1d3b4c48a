// Plain enough for old Nodes: they are the ones that must be able to read it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Tidemark needs Node 20.19 or newer, and this is ${process.versions.node}: https://nodejs.org`,
  );
  process.exit(1);
}
