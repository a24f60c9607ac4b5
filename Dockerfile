# syntax=docker/dockerfile:1

# One image with every binary: the API node (the default), /movie-together-etl and
# /movie-together-cinema. It has no shell and runs as nobody in particular.
#
#   docker build -t movie-together .
#   docker run -p 8000:8000 -v movie-together:/data movie-together

FROM node:20-bookworm-slim AS page
WORKDIR /source/web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-progress
COPY schemas /source/schemas
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS binaries
# The toolchain of the image, without what only developers need; zlib inside the binaries,
# because the last image has none; names of functions, but no lines, for the traces of errors.
ENV RUSTUP_TOOLCHAIN=1.95.0 LIBZ_SYS_STATIC=1 CARGO_PROFILE_RELEASE_STRIP=debuginfo
WORKDIR /source
COPY . .
COPY --from=page /source/web/dist web/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked \
        -p movie-together-api -p movie-together-etl -p movie-together-cinema \
    && mkdir -p /image/data /image/programs \
    && cp target/release/movie-together target/release/movie-together-etl \
        target/release/movie-together-cinema /image/programs/

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=binaries /image/programs/ /
COPY --from=binaries --chown=nonroot:nonroot /image/data /data
ENV LISTEN=0.0.0.0:8000 DATA_DIR=/data
VOLUME /data
EXPOSE 8000
CMD ["/movie-together"]
