FROM alpine:3.20 AS x
COPY --from=busybox:1 /a‮b[2J /c
