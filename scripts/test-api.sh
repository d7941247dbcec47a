#!/usr/bin/env bash
# Walks the twelve calls of the API in order against a running gateway and stops at the first that fails.
set -uo pipefail

usage() {
  cat <<'END'
Usage: scripts/test-api.sh [options]

  --base-url URL     the gateway (default: $BASE_URL, else http://127.0.0.1:3000)
  --plan PLAN        plan to sign up for (default: $PLAN_TYPE, else starter)
  --number DIGITS    recipient of the two messages (default: $NUMBER, else 628123456789)
  --media-url URL    send this image by its URL (default: a small image inside the request)
  --wait SECONDS     how long the phone number may take to connect (default: $CONNECT_TIMEOUT, else 60)
  --without-phone    go on when no phone has scanned the QR code: the two sends must then be refused
  --help             this text

Needs bash and curl. Signs up a user of its own; its phone number is deleted at the end.
END
}

base_url=${BASE_URL:-http://127.0.0.1:3000}
plan=${PLAN_TYPE:-starter}
number=${NUMBER:-628123456789}
media_url=
connect_timeout=${CONNECT_TIMEOUT:-60}
without_phone=no
# A white PNG of 1 x 1 pixel.
image=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==

while [ $# -gt 0 ]; do
  case $1 in
    --base-url | --plan | --number | --media-url | --wait)
      if [ $# -lt 2 ]; then
        echo "$1 needs a value." >&2
        exit 2
      fi
      case $1 in
        --base-url) base_url=$2 ;;
        --plan) plan=$2 ;;
        --number) number=$2 ;;
        --media-url) media_url=$2 ;;
        --wait) connect_timeout=$2 ;;
      esac
      shift 2
      ;;
    --without-phone) without_phone=yes && shift ;;
    --help | -h) usage && exit 0 ;;
    *)
      echo "Unknown option: $1" >&2
      usage >&2
      exit 2
      ;;
  esac
done
base_url=${base_url%/}
case $connect_timeout in
  '' | *[!0-9]*)
    echo "--wait needs a whole number of seconds, not \"$connect_timeout\"." >&2
    exit 2
    ;;
esac
if ! command -v curl > /dev/null; then
  echo 'curl is needed: apt-get install curl' >&2
  exit 2
fi

passed=0
failed=0
call_name=
status=
body=
api_key=
token=
phone_id=
answer_file=$(mktemp) || exit 1
qr_file=${TMPDIR:-/tmp}/evofleet-qr-$$.png

# Whatever stopped the walk, the phone number goes and the sum is printed.
finish() {
  if [ -n "$phone_id" ]; then
    request DELETE "/api/phone-numbers/$phone_id"
    if [ "$status" != 200 ]; then echo "Phone number $phone_id could not be deleted: HTTP $status $body" >&2; fi
  fi
  rm -f "$answer_file" "$qr_file"
  echo
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit $?
}
trap finish EXIT
trap 'call_name=interrupted; failed=$((failed + 1)); exit' INT TERM

# request METHOD PATH [JSON]: leaves `status` and `body`. The key goes in through standard input, out of sight of ps.
request() {
  local method=$1 path=$2 json=${3-} config
  config="header = \"accept: application/json\""
  if [ -n "$api_key" ]; then config="$config"$'\n'"header = \"x-api-key: $api_key\""; fi
  if [ -n "$json" ]; then
    config="$config"$'\n'"header = \"content-type: application/json\""$'\n'"data-binary = \"$(escaped "$json")\""
  fi
  status=$(curl --silent --show-error --max-time 120 --config - --request "$method" --output "$answer_file" \
    --write-out '%{http_code}' "$base_url$path" 2> "$answer_file.error" <<< "$config")
  body=$(cat "$answer_file" "$answer_file.error" 2> /dev/null)
  rm -f "$answer_file.error"
  : > "$answer_file"
}

# For a quoted value of a curl config file or of JSON.
escaped() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# Values by field name out of `body`, one a line: strings without their quotes, numbers, true, false and null as they are.
fields() {
  printf '%s' "$body" | tr -d '\r\n' | grep -oE "\"$1\"[[:space:]]*:[[:space:]]*(\"([^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null)" |
    sed -E "s/^\"$1\"[[:space:]]*:[[:space:]]*//; s/^\"(.*)\"\$/\1/"
}

field() {
  fields "$1" | head -n 1
}

begin() {
  call_name=$1
}

pass() {
  passed=$((passed + 1))
  printf 'ok      %s\n' "$call_name${1:+ ($1)}"
}

fail() {
  failed=$((failed + 1))
  {
    printf 'FAILED  %s\n' "$call_name"
    printf '        %s\n' "$1"
    printf '        HTTP %s\n' "$status"
    # QR codes and pictures are long and say nothing.
    printf '%s\n' "$body" | sed -E 's/(base64,[A-Za-z0-9+\/]{20})[A-Za-z0-9+\/=]+/\1…/g; s/^/        /'
  } >&2
  exit 1
}

expect_status() {
  if [ "$status" != "$1" ]; then fail "expected HTTP $1"; fi
}

# expect_field NAME PATTERN: the first field of that name must match the whole extended pattern.
expect_field() {
  local value
  value=$(field "$1")
  if ! printf '%s\n' "$value" | grep -qxE -- "$2"; then fail "expected \"$1\" to be like $2, found \"$value\""; fi
}

expect_member() {
  if ! printf '%s' "$body" | tr -d '\r\n' | grep -qE "\"$1\"[[:space:]]*:"; then fail "expected a field \"$1\""; fi
}

expect_success() {
  expect_status "$1"
  expect_field success true
}

email="walk-$(date +%s)-$$-$RANDOM@example.com"
password="Walk-$RANDOM-$RANDOM-$RANDOM!"
something='.+'
integer='[0-9]+'

echo "Walking $base_url as $email"
echo

begin '1 register: POST /api/auth/register'
request POST /api/auth/register "{\"email\":\"$email\",\"password\":\"$password\",\"full_name\":\"John Doe\",\"company_name\":\"Acme Corp\",\"plan_type\":\"$plan\"}"
if [ "$status" = 000 ]; then fail "no answer from $base_url: is the gateway running there?"; fi
expect_success 201
expect_field message "$something"
expect_field id "$integer"
expect_field email "${email//./\\.}"
expect_field plan_type "$plan"
expect_field max_phone_numbers "$integer"
expect_field api_key 'ef_live_[0-9A-Za-z]{36}'
registered_key=$(field api_key)
pass

begin '2 login: POST /api/auth/login'
request POST /api/auth/login "{\"email\":\"$email\",\"password\":\"$password\"}"
expect_success 200
expect_field email "${email//./\\.}"
expect_field access_token "$something"
expect_field refresh_token "$something"
expect_field expires_in "$integer"
pass

begin '3 profile: GET /api/user/profile'
request GET /api/user/profile
expect_status 401
expect_field success false
api_key=$registered_key
request GET /api/user/profile
expect_success 200
expect_field email "${email//./\\.}"
expect_field full_name 'John Doe'
expect_field company_name 'Acme Corp'
expect_field plan_type "$plan"
if printf '%s' "$body" | grep -qF "$api_key"; then fail 'the API key is shown once, at sign-up, and must not be in here'; fi
pass 'and refused without the key'

begin '4 create phone number: POST /api/phone-numbers/create'
request POST /api/phone-numbers/create '{"display_name":"Customer Service"}'
# Taken first, so that the number is deleted even when a check below fails.
if [ "$status" = 201 ]; then phone_id=$(field id); fi
expect_success 201
expect_field id "$integer"
expect_field instance_name 'user_[0-9]+_[0-9]+_[0-9A-Za-z]+'
expect_field token 'eft_[0-9A-Za-z]{36}'
expect_field display_name 'Customer Service'
expect_field status 'initializing|qr_ready|connected'
expect_member qr_code
expect_member qr_expires_at
if [ "$(field status)" = qr_ready ]; then expect_field qr_code 'data:image/png;base64,[A-Za-z0-9+/]+=*'; fi
token=$(field token)
pass "$(field status)"

begin '5 QR code: GET /api/phone-numbers/{id}/qr'
request GET "/api/phone-numbers/$phone_id/qr"
if [ "$status" = 409 ]; then
  expect_field code number_connected
  pass 'connected already'
else
  expect_success 200
  expect_member qr_code
  if [ "$(field qr_code)" != null ]; then
    expect_field qr_code 'data:image/png;base64,[A-Za-z0-9+/]+=*'
    expect_field qr_expires_at '[0-9]{4}-[0-9]{2}-[0-9]{2}T.+Z'
    pass 'a PNG'
    if [ "$(field sandbox)" = false ] && [ "$without_phone" = no ]; then
      field qr_code | sed 's/^.*base64,//' | base64 -d > "$qr_file"
      echo "        Scan it with WhatsApp within $connect_timeout s: $qr_file"
    fi
  elif [ "$without_phone" = yes ] || [ "$(field status)" = connected ]; then
    pass 'no code right now'
  else
    fail 'there is no QR code to scan: the Evolution API server made none, or its webhook does not reach the gateway'
  fi
fi

begin '6 list: GET /api/phone-numbers'
request GET /api/phone-numbers
expect_success 200
expect_member phone_numbers
expect_field id "$phone_id"
expect_field display_name 'Customer Service'
if printf '%s' "$body" | grep -qF "$token"; then fail 'the token is shown once, at creation, and must not be in here'; fi
pass

begin '7 status: GET /api/phone-numbers/{id}/status'
deadline=$((SECONDS + connect_timeout))
if [ "$without_phone" = yes ]; then deadline=$SECONDS; fi
while :; do
  request GET "/api/phone-numbers/$phone_id/status"
  expect_success 200
  expect_field status 'initializing|qr_ready|connected|disconnected|error'
  phone_status=$(field status)
  if [ "$phone_status" = connected ] || [ $SECONDS -ge $deadline ]; then break; fi
  sleep 0.5
done
if [ "$phone_status" != connected ] && [ "$without_phone" = no ]; then
  fail "not connected after $connect_timeout s. A real phone must scan the QR code meanwhile (see --wait); without one, run with --without-phone"
fi
pass "$phone_status"

media_json="\"mediaBase64\":\"$image\",\"fileName\":\"pixel.png\""
if [ -n "$media_url" ]; then media_json="\"mediaUrl\":\"$(escaped "$media_url")\""; fi
text_json="{\"token\":\"$token\",\"number\":\"$number\",\"text\":\"Hello from WhatsApp API!\"}"
media_json="{\"token\":\"$token\",\"number\":\"$number\",$media_json,\"caption\":\"Check this out!\",\"mediaType\":\"image\"}"
expected_sent=0

# check_send PATH JSON: must be sent, or without a phone be refused.
check_send() {
  request POST "$1" "$2"
  if [ "$phone_status" != connected ]; then
    expect_status 409
    expect_field success false
    expect_field code number_not_connected
    pass 'refused: no phone has scanned the QR code'
    return
  fi
  expect_success 200
  expect_field message_id "$something"
  expect_field status sent
  expect_field whatsapp_id '[^n].*|n[^u].*'
  expect_field to "$something"
  expected_sent=$((expected_sent + 1))
  pass "$(field message_id)"
}

begin '8 send text: POST /api/messages/send-text'
check_send /api/messages/send-text "$text_json"

begin '9 send media: POST /api/messages/send-media'
check_send /api/messages/send-media "$media_json"

begin '10 statistics: GET /api/statistics'
today=$(date -u +%Y-%m-%d)
# The day may turn on the way here; the range holds both.
request GET "/api/statistics?start_date=$(date -u -d '1 day ago' +%Y-%m-%d 2> /dev/null || date -u -v-1d +%Y-%m-%d)&end_date=$today"
expect_success 200
expect_member messages_sent
if ! fields messages_sent | grep -qx "$expected_sent"; then fail "expected messages_sent to be $expected_sent"; fi
expect_member media_sent
pass "messages_sent $expected_sent"

begin '11 dashboard: GET /api/dashboard'
request GET /api/dashboard
expect_success 200
expect_field max_phone_numbers "$integer"
expect_field total_phone_numbers 1
pass

begin '12 delete: DELETE /api/phone-numbers/{id}'
request DELETE "/api/phone-numbers/$phone_id"
expect_success 200
deleted_id=$phone_id
phone_id=
request GET "/api/phone-numbers/$deleted_id/status"
expect_status 404
expect_field code not_found
pass 'and gone'
