FROM busybox:1
COPY --from=alpine:3.20 /a /b
