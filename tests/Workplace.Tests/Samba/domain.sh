#!/usr/bin/env bash
# domain.sh start|stop FOLDER [CACHE]: a real Samba domain controller for tests, OBR.TEST, on loopback alone; by root, or with sudo.
# A new domain takes some five seconds; CACHE is a file that the first one is kept in, without passwords of anybody but the tests.
set -euo pipefail
[ "$(id -u)" = 0 ] || exec sudo -n "$0" "$@"
folder=$2 cache=${3:-} password=Passw0rd-Adm1n

configure() {
  mkdir -p "$folder"/{cache,lock,run/ncalrpc,run/ntp_signd,log,etc} /run/samba
  cat >"$folder/etc/smb.conf" <<CONF
[global]
	server role = active directory domain controller
	netbios name = DC1
	workgroup = OBR
	realm = OBR.TEST
	interfaces = 127.0.0.1/8
	bind interfaces only = yes
	server services = s3fs, rpc, ldap, kdc, winbindd
	dcerpc endpoint servers = epmapper, wkssvc, samr, netlogon, lsarpc, drsuapi
	smb ports = 445
	disable netbios = yes
	private dir = $folder/private
	state directory = $folder/state
	cache directory = $folder/cache
	lock directory = $folder/lock
	pid directory = $folder/run
	ncalrpc dir = $folder/run/ncalrpc
	ntp signd socket directory = $folder/run/ntp_signd
	binddns dir = $folder/bind-dns
	log file = $folder/log/log.%m
	tls keyfile = $folder/tls/key.pem
	tls certfile = $folder/tls/cert.pem
	tls cafile = $folder/tls/ca.pem
	ldap server require strong auth = yes
	# Else an old password opens for another hour by NTLM and LDAP.
	old password allowed period = 0
	# PEAP: winbind passes MSCHAPv2 on, and nothing older.
	ntlm auth = mschapv2-and-ntlmv2-only
	load printers = no
	printing = bsd
	disable spoolss = yes
[sysvol]
	path = $folder/state/sysvol
	read only = no
CONF
  cat >"$folder/krb5.conf" <<CONF
[libdefaults]
	default_realm = OBR.TEST
	dns_lookup_realm = false
	dns_lookup_kdc = false
	rdns = false
	dns_canonicalize_hostname = false
[realms]
	OBR.TEST = {
		kdc = 127.0.0.1:88
	}
CONF
}

# authority NAME: a CA of its own in NAME.pem and NAME.key.
authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout "$1.key" -out "$1.pem" -subj "/CN=$1 of the tests" 2>/dev/null; }

provision() {
  samba-tool domain provision --quiet --realm=OBR.TEST --domain=OBR --server-role=dc --dns-backend=SAMBA_INTERNAL --host-name=dc1 --host-ip=127.0.0.1 \
    --adminpass="$password" --targetdir="$folder" --option='interfaces=127.0.0.1/8' --option='bind interfaces only=yes' >"$folder.provision.log" 2>&1
  configure
  mkdir -p "$folder/tls"; cd "$folder/tls"
  authority ca; authority other-ca
  openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj "/CN=dc1.obr.test" 2>/dev/null
  printf 'subjectAltName=DNS:dc1.obr.test,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' >extensions
  openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out cert.pem -extfile extensions 2>/dev/null
  chmod 600 key.pem
  # Passwords of the portal have length, not kinds of characters; people may change them twice a day.
  samba-tool domain passwordsettings set --quiet --complexity=off --min-pwd-length=8 --min-pwd-age=0 --history-length=0 -s "$folder/etc/smb.conf" -H "$folder/private/sam.ldb"
}

case $1 in
start)
  if [ ! -e "$folder/private/sam.ldb" ]; then
    mkdir -p "$folder"
    if [ -n "$cache" ] && [ -e "$cache" ]; then tar --xattrs --xattrs-include='*' -C "$folder" -xzf "$cache"
    else
      provision
      [ -z "$cache" ] || { tar --xattrs --xattrs-include='*' --exclude=./run --exclude=./log -C "$folder" -czf "$cache.$$" . && mv "$cache.$$" "$cache"; }
    fi
  fi
  chmod 711 "$folder"; chmod 755 "$folder/tls"; chmod 644 "$folder"/tls/*.pem; chmod 600 "$folder/tls/key.pem"
  configure
  setsid samba -F --no-process-group -s "$folder/etc/smb.conf" >"$folder/log/samba.out" 2>&1 </dev/null &
  echo $! >"$folder/run/leader"
  for _ in $(seq 600); do LDAPTLS_CACERT=$folder/tls/ca.pem ldapsearch -LLL -H ldaps://127.0.0.1:636 -x -s base -b '' dnsHostName >/dev/null 2>&1 && break; sleep 0.1; done
  # winbindd is the last to come; until then nobody signs in by SMB.
  for _ in $(seq 600); do wbinfo -p >/dev/null 2>&1 && exit 0; sleep 0.1; done
  tail -20 "$folder/log/samba.out" >&2; exit 1 ;;
stop)
  leader=$(cat "$folder/run/leader")
  kill "$leader" 2>/dev/null || exit 0
  for _ in $(seq 300); do case $(ps -o stat= -p "$leader" || echo Z) in Z*) break ;; esac; sleep 0.1; done
  # These leave the group of the one that started them.
  if [ -e "$folder/run/samba-dcerpcd.pid" ]; then kill "$(cat "$folder/run/samba-dcerpcd.pid")" 2>/dev/null || true; fi ;;
*) echo "start or stop" >&2; exit 2 ;;
esac
