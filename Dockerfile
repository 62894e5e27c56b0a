# The server in a container; see docs/guides/run-on-postgresql.md. Research use. Not for clinical use.
FROM node:24-slim AS build
WORKDIR /gemel
COPY . .
RUN npm ci --no-audit --no-fund && npm run build:web && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /gemel
COPY --from=build /gemel .
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 7400
HEALTHCHECK CMD ["node", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED='0';fetch(`http${process.env.GEMEL_TLS_KEY?'s':''}://127.0.0.1:7400/healthz`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "apps/cli/node/main.ts", "--data", "/data", "serve", "--port", "7400"]
