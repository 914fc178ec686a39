# Sourced by run, test and aupd: says what it does, installs what is missing, fails with one sentence.
say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# install WHAT PACKAGE...: by apt, as root or by passwordless sudo.
install_packages() {
  local what=$1; shift
  local as=()
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "$what is missing and this user may not install it: ask an administrator to run: apt-get install $*"
    as=(sudo -n)
  fi
  command -v apt-get >/dev/null || fail "$what is missing and this is no Debian: install what Debian calls $*"
  say "Installing $what ($*)…"
  if [ ! -e /tmp/.aupd-apt-updated ]; then
    "${as[@]}" apt-get -q update >/dev/null || fail "apt-get update failed: without the package lists $what cannot be installed."
    touch /tmp/.aupd-apt-updated
  fi
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold "$@" >/tmp/aupd-apt.log 2>&1 || fail "$what could not be installed; the reason is in /tmp/aupd-apt.log"
}

# Not through a pipe: whoever has found stops reading, and the writer's death by that would count as a failure.
has_library() { grep -q "$1" <<<"$(/sbin/ldconfig -p 2>/dev/null)"; }

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET SDK 10 is missing: install it and start again."
  grep -q '^10\.' <<<"$(dotnet --list-sdks)" || fail "The .NET SDK 10 is missing; found: $(dotnet --list-sdks | tr '\n' ' ')"
}

need_server_parts() {
  if ! ls /usr/lib/postgresql/1[5-9]/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
    # Only the binaries are wanted, no cluster of the distribution's own.
    if [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    install_packages "PostgreSQL" postgresql
  fi
  has_library libsodium.so.23 || install_packages "libsodium" libsodium23
  has_library libldap || install_packages "the LDAP client library" libldap-2.5-0
  has_library libicuuc.so || install_packages "ICU" libicu72
}

need_node() {
  command -v npm >/dev/null || install_packages "Node.js" nodejs npm
  local found; found=$(node -p process.versions.node 2>/dev/null || echo none)
  [ "${found%%.*}" -ge 20 ] 2>/dev/null || fail "Node.js 20 or later is missing; found: $found"
}

# need_npm_packages NAME@VERSION...: into artifacts/npm, those that are not there in that version.
need_npm_packages() {
  local package name
  for package in "$@"; do
    name=${package%@*}
    if ! grep -q "\"version\": \"${package##*@}\"" "artifacts/npm/node_modules/$name/package.json" 2>/dev/null; then
      say "Installing from npm ($*)…"
      mkdir -p artifacts/npm
      npm install --silent --no-package-lock --no-audit --no-fund --prefix artifacts/npm "$@" >artifacts/npm.log 2>&1 ||
        fail "The npm packages $* could not be installed; the reason is in artifacts/npm.log"
      return
    fi
  done
}

# The server without the service: the tests start it themselves, on loopback.
need_apache() {
  [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] && [ -x /usr/sbin/apache2 ] || install_packages "Apache with mod_auth_openidc" apache2-bin libapache2-mod-auth-openidc
}

# A domain controller and what a classroom computer signs in with. Without libnss-winbind and libpam-winbind, which would change how this machine
# looks up its own users.
need_samba() {
  command -v samba >/dev/null && command -v kinit >/dev/null && command -v smbclient >/dev/null && command -v ldapsearch >/dev/null && command -v wbinfo >/dev/null ||
    install_packages "Samba" samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind krb5-user smbclient ldap-utils python3-samba
}

# A RADIUS server, and what joins a network like a device. Nothing is started.
need_radius() {
  { command -v freeradius && command -v eapol_test && command -v radclient && [ -e /usr/lib/freeradius/rlm_rest.so ]; } >/dev/null ||
    install_packages "FreeRADIUS" freeradius freeradius-rest freeradius-utils eapoltest
}

# build CONFIGURATION PROJECT: only when a source is newer than the last build.
build() {
  local configuration=$1 project=$2 stamp="artifacts/built-$1-$(basename "$2")"
  mkdir -p artifacts
  if [ -e "$stamp" ] && [ -z "$(find src demo tests bench scripts deploy docs/integrate global.json Directory.Build.props Directory.Packages.props .editorconfig \
      \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit 2>/dev/null)" ]; then return; fi
  say "Building ($configuration)…"
  touch "$stamp.new"
  dotnet build "$project" -c "$configuration" -v quiet --nologo >artifacts/build.log 2>&1 || { tail -20 artifacts/build.log >&2; fail "The build failed; all of it is in artifacts/build.log"; }
  mv "$stamp.new" "$stamp"
}
