# Builds the API and the dashboard, then keeps what a running process needs. One image, several roles (TIDEMARK_ROLE).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package runs a script of its own: the image has its servers elsewhere, and compilers come as they are.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
RUN mkdir /data && chown node:node /data
# By number, so that a platform can see that it is not root.
USER 1000:1000
EXPOSE 3000
CMD ["node", "dist/src/main.js"]
