# A node of Proofprint. How it is run, and how far this file was tried: docs/guides/operator.md.
ARG NODE_VERSION=24.21.0

# Everything that is needed to build. PKCS11=yes builds the native part of the package that speaks to an HSM.
FROM node:${NODE_VERSION}-bookworm AS build
ARG PKCS11=no
WORKDIR /build
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/set-up.mjs ./scripts/
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-save --no-audit --no-fund \
  && if [ "$PKCS11" = yes ]; then npm_config_nodedir=/usr/local npm rebuild pkcs11js; fi

# What runs: no compiler, no packages for development.
FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
COPY contexts ./contexts
COPY docs/examples ./docs/examples
COPY scripts/health.mjs ./scripts/
RUN ln -s /app/dist/main.js /usr/local/bin/proofprint && install -d -o 1000 -g 1000 -m 700 /data
# By number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/scripts/health.mjs"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
