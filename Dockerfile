# docker build -t formicary . && docker run --rm --network host --read-only --tmpfs /tmp -v formicary:/data formicary
#
# The base is the Node that package.json pins, by its full version. A tag can be moved: where that matters, add the digest that
# `docker buildx imagetools inspect` prints for it.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
# Nothing is compiled and no package's script runs: the one native part (better-sqlite3) comes prebuilt. Its sources, and what is
# built for other systems, stay behind in this stage.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name 'linux-*.node' -delete

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY bin ./bin
COPY schema ./schema
COPY scenarios ./scenarios
COPY src ./src

# A named volume takes over the owner of the folder it is first mounted on.
RUN mkdir /data && chown node:node /data
ENV FORMICARY_STORE=sqlite:/data FORMICARY_SNAPSHOTS=/data/snapshots
# Threads of what-ifs load what the program has compiled.
ENV NODE_COMPILE_CACHE=/tmp/formicary-compiled
VOLUME /data

# All of /app belongs to root: the program can't change itself. It writes to /data alone.
USER node

# Loopback alone, so no EXPOSE: whoever reaches the port can write to the books. docker-compose.yml says how to reach it.
ENTRYPOINT ["node", "/app/bin/formicary.js"]
CMD ["serve"]

# Alive, not ready: a book that takes no commands is not mended by a restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.FORMICARY_PORT ?? 4000}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
