#!/usr/bin/env bash
# radius.sh start FOLDER DEPLOY CERTIFICATES AUTHPORT ACCTPORT URL KEY [SMB_CONF]: the FreeRADIUS of deploy/freeradius on loopback, its files
# in FOLDER; with SMB_CONF also PEAP by winbind, as root. radius.sh stop FOLDER. Prints nothing but what went wrong.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then exec sudo -n AUPD_CA="${AUPD_CA:-}" AUPD_TIMEOUT="${AUPD_TIMEOUT:-}" "$0" "$@"; fi
folder=$2
case $1 in
start)
  deploy=$3 certificates=$4 auth=$5 acct=$6 url=$7 key=$8 smb=${9:-}
  mkdir -p "$folder"/{run,log}
  cp "$deploy"/{radiusd,modules,inner}.conf "$folder/"
  : >"$folder/dictionary"
  user=freerad
  if [ -n "$smb" ]; then cp "$deploy"/peap/*.conf "$folder/"; user=root; fi
  cat >"$folder/settings.conf" <<CONF
aupd_url = "$url"
aupd_key = "$key"
aupd_ca = "${AUPD_CA:-$certificates/ca.pem}"
certificates = "$certificates"
ad_domain = "OBR"
smb_conf = "$smb"
auth_port = $auth
acct_port = $acct
listen_on = "127.0.0.1"
run_folder = "$folder/run"
log_folder = "$folder/log"
run_as = "$user"
aupd_timeout = ${AUPD_TIMEOUT:-30.0}
CONF
  # The machine may be busy: the product's own eight seconds are for access points.
  sed -i 's/^max_request_time = .*/max_request_time = 60/' "$folder/radiusd.conf"
  sed -e 's/^client .*/client loopback {/' -e 's|ipaddr = .*|ipaddr = 127.0.0.1|' -e 's/secret = .*/secret = "testing-secret"/' "$deploy/clients.conf.sample" >"$folder/clients.conf"
  cat >>"$folder/clients.conf" <<CONF
client loopback-too {
	ipaddr = 127.0.0.2
	secret = "another-secret"
	require_message_authenticator = yes
}
CONF
  chgrp freerad "$certificates/server.key"; chmod 640 "$certificates/server.key"
  chown -R "$user" "$folder"; chmod 711 "$folder"
  freeradius -d "$folder" -n radiusd -C -X >"$folder/check.txt" 2>&1 || { tail -n 20 "$folder/check.txt" >&2; exit 1; }
  setsid freeradius -d "$folder" -n radiusd -f -l "$folder/log/radius.log" >"$folder/log/out.txt" 2>&1 </dev/null &
  echo $! >"$folder/leader"
  for _ in $(seq 600); do grep -q "Ready to process requests" "$folder/log/radius.log" 2>/dev/null && exit 0; sleep 0.1; done
  tail -n 20 "$folder/log/radius.log" "$folder/log/out.txt" >&2; exit 1 ;;
stop)
  kill "$(cat "$folder/leader")" 2>/dev/null || true
  rm -rf "$folder" ;;
*) echo "start or stop" >&2; exit 2 ;;
esac
