#!/usr/bin/env bash
# make-certificates.sh FOLDER SERVERNAME [ORGANISATION]: a certification authority for the Wi-Fi alone, and the certificate of the RADIUS servers.
# Run again, it makes a new server certificate by the authority that is there: devices notice nothing. They pin authority and name, so keep both.
set -euo pipefail
folder=${1:?usage: make-certificates.sh FOLDER SERVERNAME [ORGANISATION]} name=${2:?the name of the server, as in Workplace:Wifi:ServerName} organisation=${3:-School Wi-Fi}
[[ $name =~ ^[A-Za-z0-9.-]+$ ]] || { echo "The server's name may have Latin letters, digits, dots and hyphens." >&2; exit 2; }
umask 077
mkdir -p "$folder"; chmod 755 "$folder"; cd "$folder"

if [ ! -e ca.pem ]; then
  # An authority of its own, not a public one: a device that trusts this one trusts nobody else's server for this network.
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key
  openssl req -x509 -new -key ca.key -sha256 -days 7300 -out ca.pem -subj "/O=$organisation/CN=$organisation CA" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
  chmod 644 ca.pem
  echo "Made ca.pem and ca.key. Keep ca.key off this machine: it is needed only to make the next server certificate."
fi
[ -e ca.key ] || { echo "ca.key is not here: bring it back for the moment in which the new certificate is made." >&2; exit 1; }

# RSA: the oldest devices know no other. Windows wants serverAuth, Apple a name in subjectAltName and at most 825 days.
openssl req -newkey rsa:2048 -nodes -keyout server.key.new -out server.csr -subj "/O=$organisation/CN=$name" 2>/dev/null
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 820 -out server.pem.new -extfile <(
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:%s\n' "$name") 2>/dev/null
openssl verify -CAfile ca.pem -purpose sslserver server.pem.new >/dev/null
mv server.key.new server.key; mv server.pem.new server.pem; chmod 644 server.pem; rm -f server.csr
if [ "$(id -u)" = 0 ] && getent group freerad >/dev/null; then chgrp freerad server.key; chmod 640 server.key; fi
openssl x509 -in server.pem -noout -enddate -subject
