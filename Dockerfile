FROM node:24-slim

WORKDIR /app
ENV NODE_ENV=production

# Dependencies first: they change seldom. The pinned Node of a checkout is a development package; here the image is.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY bin ./bin
COPY src ./src
COPY schema ./schema
COPY scenarios ./scenarios

# A named volume takes over the owner of the folder it is first mounted on.
RUN mkdir /data && chown node:node /data
ENV FORMICARY_STORE=sqlite:/data
VOLUME /data

USER node
EXPOSE 4000

# Loopback alone: whoever reaches the port can write to the books. docker-compose.yml says how to reach it.
CMD ["node", "bin/formicary.js", "serve"]
