# Airlock's own image: one static binary and the certificate authorities it trusts.
#
# The base is pinned to its manifest for linux/amd64. airlock.lock says what has to be carried for it,
# and CI stops when the two no longer agree.
FROM docker.io/library/alpine:3.24.1@sha256:79ff19e9084a00eece421b2523fb93e22d730e2c0e525905de047e848e56d95f AS build
ENV CARGO_HOME=/usr/local/cargo RUSTUP_HOME=/usr/local/rustup PATH=/usr/local/cargo/bin:/usr/bin:/bin:/sbin
RUN apk add --no-cache build-base rustup && \
    rustup-init -y --no-modify-path --profile minimal --default-toolchain none
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist && cp target/dist/airlock /airlock

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /airlock /airlock
ENTRYPOINT ["/airlock"]
