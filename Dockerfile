# The embedded default on a CPU: `docker build -t shuren .`, then
# `docker run -p 8000:8000 -e SHUREN_API_KEY=… -e SHUREN_ACCESS__VISITORS=true -v shuren:/var/lib/shuren shuren`
# A container is reached from other machines, so it needs a key (docs/access.md); VISITORS lets people use its page.
# Weights are fetched into the volume on the first start and never again.
FROM node:20-bookworm-slim AS web
WORKDIR /src
COPY web-demo/package.json web-demo/package-lock.json web-demo/
RUN cd web-demo && npm ci --no-audit --no-fund
COPY web-demo web-demo
COPY tests/golden tests/golden
RUN cd web-demo && npm run build

FROM python:3.11-slim-bookworm
RUN useradd --create-home shuren && mkdir /var/lib/shuren && chown shuren /var/lib/shuren
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY models models
COPY speech speech
COPY dialogue dialogue
COPY animation animation
COPY avatar avatar
COPY server server
COPY bench bench
COPY personas personas
RUN pip install --no-cache-dir -c constraints.txt -e .
COPY --from=web /src/web-demo/dist web-demo/dist
USER shuren
ENV SHUREN_HOME=/var/lib/shuren
EXPOSE 8000
CMD ["sh", "-c", "shuren models fetch && shuren avatar build && exec shuren serve --host 0.0.0.0 --port 8000"]
