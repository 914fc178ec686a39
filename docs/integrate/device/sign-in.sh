#!/usr/bin/env bash
# Signs a person in on a screen without a keyboard (RFC 8628), with curl alone: ./sign-in.sh ISSUER CLIENT_ID prints who came.
set -euo pipefail
issuer=${1:?Tell the address of the region\'s service.} client=${2:?Tell the client_id.}

# ask PATH CURLOPTION...: the answer's body, also of a refusal.
ask() { local path=$1; shift; curl --silent --show-error --max-time 30 "$@" "$issuer$path"; }
# text MEMBER: the text or number of that name in the JSON object that comes in, empty if there is none. Where there is jq: jq -r .MEMBER
text() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([0-9]+)).*/\2\3/p"; }

codes=$(ask /connect/device_authorization -d client_id="$client" --data-urlencode scope='openid profile roles children')
device_code=$(text device_code <<<"$codes") wait=$(text interval <<<"$codes")
[ -n "$device_code" ] || { echo "Refused: $codes" >&2; exit 1; }
echo "Open $(text verification_uri <<<"$codes") and type $(text user_code <<<"$codes")"
echo "or open $(text verification_uri_complete <<<"$codes")"

while :; do
  sleep "$wait"
  # No answer is no refusal: a screen's network comes and goes.
  tokens=$(ask /connect/token -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d client_id="$client" -d device_code="$device_code") || continue
  case $(text error <<<"$tokens") in
    '') break ;;
    authorization_pending) ;;
    slow_down) wait=$((wait + 5)) ;;
    access_denied) echo 'The person said no.'; exit 1 ;;
    expired_token) echo 'Nobody came; begin anew.'; exit 1 ;;
    *) echo "Refused: $tokens" >&2; exit 1 ;;
  esac
done

echo "Signed in: $(ask /connect/userinfo -H "Authorization: Bearer $(text access_token <<<"$tokens")")"
tokens=$(ask /connect/token -d grant_type=refresh_token -d client_id="$client" -d refresh_token="$(text refresh_token <<<"$tokens")")
echo "Still: $(ask /connect/userinfo -H "Authorization: Bearer $(text access_token <<<"$tokens")")"
