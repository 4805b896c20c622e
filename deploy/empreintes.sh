#!/bin/sh
# Écrit dans deploy/.env l’empreinte de chaque image dont partent les conteneurs : une étiquette (« postgres:17 ») peut
# désigner demain autre chose, une empreinte jamais. À lancer avant la première construction, puis pour chaque mise à jour
# voulue des images : sh deploy/empreintes.sh
set -eu
reglages="$(dirname "$0")/.env"
touch "$reglages"
chmod 600 "$reglages"
while read -r nom image; do
    docker pull --quiet "$image" >/dev/null
    empreinte="$(docker image inspect --format '{{index .RepoDigests 0}}' "$image")"
    empreinte="sha256:${empreinte##*@sha256:}"
    grep -v "^$nom=" "$reglages" >"$reglages.nouveau" || true
    echo "$nom=$empreinte" >>"$reglages.nouveau"
    cat "$reglages.nouveau" >"$reglages"
    rm "$reglages.nouveau"
    echo "$image $empreinte"
done <<FIN
DEBIAN_EMPREINTE debian:bookworm-slim
POSTGRESQL_EMPREINTE postgres:17
OPENSEARCH_EMPREINTE opensearchproject/opensearch:2.19.6
FIN
