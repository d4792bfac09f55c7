# The embedded default on a CPU: `docker build -t shuren .`. How to run it: docs/deploying.md and deploy/compose.yaml.
# It needs a key, since a container is reached from other machines, and a volume for weights, avatars and what is kept;
# its own file system may be read-only. For builds that repeat to the byte, give the bases by digest:
#   docker build --build-arg PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:… --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:22.21.1-bookworm-slim
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web-demo
COPY web-demo/package.json web-demo/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web-demo ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS packages
ARG EXTRAS=c2pa,ingest,traces
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY models models
COPY speech speech
COPY dialogue dialogue
COPY animation animation
COPY avatar avatar
COPY server server
COPY bench bench
RUN /opt/venv/bin/pip install -c constraints.txt -e ".[${EXTRAS}]"

FROM ${PYTHON_IMAGE}
# llama.cpp's threads
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /var/lib/shuren --shell /usr/sbin/nologin shuren
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /app /app
COPY personas /app/personas
COPY --from=web /src/web-demo/dist /app/web-demo/dist
COPY deploy/start.sh deploy/healthy.py /app/deploy/
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/var/lib/shuren \
    SHUREN_HOME=/var/lib/shuren \
    SHUREN_HOST=0.0.0.0 \
    SHUREN_LOG__LINES_AS_JSON=true \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /var/lib/shuren
EXPOSE 8000
# The first start fetches weights and builds avatars.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20m --retries=3 CMD ["python", "/app/deploy/healthy.py"]
CMD ["sh", "/app/deploy/start.sh"]
