import { type Faults, faultsOf, Field, type Values } from '../../ui/form.js';
import { isSiteId } from './site-id.js';

export const checkProject = ({ name, siteId }: Values): Faults =>
  faultsOf({
    name: name?.trim() ? undefined : 'Give a name.',
    siteId:
      !siteId?.trim() || isSiteId(siteId.trim())
        ? undefined
        : 'Letters, digits, - and _, up to 64; or leave it empty.',
  });

export const projectOf = ({ name = '', siteId = '' }: Values) => ({
  name: name.trim(),
  siteId: siteId.trim() === '' ? null : siteId.trim(),
});

/** What a new project has to be told. */
export function ProjectFields({ autoFocus = false }: { autoFocus?: boolean }) {
  return (
    <>
      <Field
        name="name"
        label="Name"
        placeholder="Shop"
        autoComplete="off"
        maxLength={100}
        autoFocus={autoFocus}
        hint="As people know it; it can be changed later."
        required
      />
      <Field
        name="siteId"
        label="Site ID (optional)"
        autoComplete="off"
        autoCapitalize="none"
        maxLength={64}
        hint="As programs know it; it stays. One is made up where you leave it empty."
      />
    </>
  );
}
