#!/usr/bin/env bash
# Makes every call of the five texts that the dialects come from against a running gateway, each as its text has it but for
# the host, the port, the key header and ids, and says how each was answered.
set -uo pipefail

usage() {
  cat <<'END'
Usage: scripts/test-dialects.sh [options]

  --base-url URL     the gateway (default: $BASE_URL, else http://127.0.0.1:3000)
  --session-url URL  where the service of port 3001 is (SESSION_AUTH_PORT; default: the same gateway)
  --media-url URL    a picture to send in place of the text's, which is nowhere: without this option the gateway has to
                     say that it could not be fetched (422 media_unavailable)
  --wait SECONDS     how long a phone number may take to connect (default: $CONNECT_TIMEOUT, else 60)
  --help             this text

Needs bash and curl, and phone numbers that connect by themselves, as those of the sandbox do. Signs up the users of the
texts, whose passwords everybody knows: use it on a gateway that is for trying out. Where an address is taken it signs up
another one (user+…@example.com). The phone numbers that it makes are deleted at the end.
END
}

base_url=${BASE_URL:-http://127.0.0.1:3000}
session_url=
media_url=
connect_timeout=${CONNECT_TIMEOUT:-60}
while [ $# -gt 0 ]; do
  case $1 in
    --base-url | --session-url | --media-url | --wait)
      if [ $# -lt 2 ]; then
        echo "$1 needs a value." >&2
        exit 2
      fi
      case $1 in
        --base-url) base_url=$2 ;;
        --session-url) session_url=$2 ;;
        --media-url) media_url=$2 ;;
        --wait) connect_timeout=$2 ;;
      esac
      shift 2
      ;;
    --help | -h) usage && exit 0 ;;
    *)
      echo "Unknown option: $1" >&2
      usage >&2
      exit 2
      ;;
  esac
done
base_url=${base_url%/}
session_url=${session_url:-$base_url}
session_url=${session_url%/}
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

ok=0
failed=0
status=
body=
# What takes the place of the texts' words.
api_key=
access_token=
session_id=
number_id=
number_token=
written_email=
own_email=
# Whether a call without a key in its text is sent with one.
adds_key=no
expected_status=200
expected_fields=()
other_status=
other_fields=()
# `<api key> <id>` of what is to be deleted at the end.
made=()
answer_file=$(mktemp) || exit 1

finish() {
  local each
  for each in ${made[@]+"${made[@]}"}; do
    api_key=${each% *}
    request DELETE "$base_url/api/phone-numbers/${each#* }" '' "x-api-key: $api_key"
    if [ "$status" != 200 ] && [ "$status" != 404 ]; then echo "Phone number ${each#* } is still there: HTTP $status" >&2; fi
  done
  rm -f "$answer_file"
  echo
  echo "$((ok + failed)) calls: $ok ok, $failed failed"
  [ "$failed" -eq 0 ] && [ "$ok" -gt 0 ]
  exit $?
}
trap finish EXIT
trap 'failed=$((failed + 1)); exit' INT TERM

# request METHOD URL BODY HEADER...: leaves `status` and `body`. All goes in through standard input, out of sight of ps.
request() {
  local method=$1 url=$2 data=$3 config header
  shift 3
  config="url = \"$(escaped "$url")\""
  for header in "$@"; do config="$config"$'\n'"header = \"$(escaped "$header")\""; done
  if [ -n "$data" ]; then config="$config"$'\n'"data-binary = \"$(escaped "$data")\""; fi
  status=$(command curl --silent --show-error --location --max-time 120 --config - --request "$method" \
    --output "$answer_file" --write-out '%{http_code}' 2> "$answer_file.error" <<< "$config")
  body=$(cat "$answer_file" "$answer_file.error" 2> /dev/null)
  rm -f "$answer_file.error"
  : > "$answer_file"
}

# For a quoted value of a curl config file.
escaped() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '%s' "${text//$'\n'/\\n}"
}

# The first value of that name in `body`: a string without its quotes, a number, true, false or null as it is.
field() {
  printf '%s' "$body" | tr -d '\r\n' |
    grep -oE "\"$1\"[[:space:]]*:[[:space:]]*(\"([^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null)" |
    sed -E "s/^\"$1\"[[:space:]]*:[[:space:]]*//; s/^\"(.*)\"\$/\1/" | head -n 1
}

# expects STATUS [FIELD[=PATTERN]]...: of the next call. A field without a pattern has to be there with whatever value.
expects() {
  expected_status=$1
  shift
  expected_fields=("$@")
  other_status=
}

# or_else STATUS [FIELD[=PATTERN]]...: what is as right.
or_else() {
  other_status=$1
  shift
  other_fields=("$@")
}

# complaint: what is wrong with the answer; nothing where all is well.
complaint() {
  if [ "$status" = 000 ]; then
    printf 'no answer'
  elif [ "$status" = "$expected_status" ]; then
    complain_of ${expected_fields[@]+"${expected_fields[@]}"}
  elif [ "$status" = "$other_status" ]; then
    complain_of ${other_fields[@]+"${other_fields[@]}"}
  else
    printf 'expected HTTP %s%s' "$expected_status" "${other_status:+ or $other_status}"
  fi
}

complain_of() {
  local each name pattern value
  for each in "$@"; do
    name=${each%%=*}
    if ! printf '%s' "$body" | tr -d '\r\n' | grep -qE "\"$name\"[[:space:]]*:"; then
      printf 'expected a field "%s"' "$name"
      return
    fi
    if [ "$name" = "$each" ]; then continue; fi
    pattern=${each#*=}
    value=$(field "$name")
    if ! printf '%s\n' "$value" | grep -qxE -- "$pattern"; then
      printf 'expected "%s" to be like %s, found "%s"' "$name" "$pattern" "${value:0:60}"
      return
    fi
  done
}

# say METHOD PATH: the line of a call that was made.
say() {
  local wrong
  wrong=$(complaint)
  expects 200
  if [ -z "$wrong" ]; then
    ok=$((ok + 1))
    printf '  ok    %s  %-6s %s\n' "$status" "$1" "$2"
    return 0
  fi
  failed=$((failed + 1))
  printf '  FAIL  %s  %-6s %s: %s\n' "$status" "$1" "$2" "$wrong"
  # QR codes are long and say nothing.
  printf '%s\n' "${body:0:2000}" | sed -E 's/(base64,[A-Za-z0-9+\/]{20})[A-Za-z0-9+\/=]+/\1…/g; s/^/              /'
  return 1
}

# of_ours TEXT: the same with our ids, token and key in place of the text's words.
of_ours() {
  local text=$1
  text=${text//your-session-id/$session_id}
  text=${text//YOUR_TOKEN/$access_token}
  text=${text//your-api-key/$api_key}
  text=${text//xyz789abc.../$number_token}
  text=${text//\{id\}/$number_id}
  if [ -n "$media_url" ]; then text=${text//"https://example.com/image.jpg"/$media_url}; fi
  if [ -n "$written_email" ]; then text=${text//"$written_email"/$own_email}; fi
  printf '%s' "$text"
}

# make METHOD URL BODY HEADER...: one call of a text. Its user may be there from an earlier walk; then it is another one.
make() {
  local method=$1 url=$2 data=$3 header headers=() path
  shift 3
  case $url in
    http://localhost:3001*) url=$session_url${url#http://localhost:3001} ;;
    http://localhost:3000*) url=$base_url${url#http://localhost:3000} ;;
    http://localhost*) url=$base_url${url#http://localhost} ;;
  esac
  for header in "$@"; do headers+=("$(of_ours "$header")"); done
  if [ "$adds_key" = yes ]; then headers+=("x-api-key: $api_key"); fi
  url=$(of_ours "$url")
  path=/${url#*://*/}
  if [ "$url" = "$base_url" ] || [ "$url" = "$session_url" ]; then path=/; fi
  case $path in
    */auth/register)
      body=$data
      written_email=$(field email)
      own_email=$written_email
      ;;
  esac
  request "$method" "$url" "$(of_ours "$data")" ${headers[@]+"${headers[@]}"}
  if [ "$status" = 409 ] && [ "$(field code)" = email_taken ]; then
    own_email="${written_email%@*}+$(date +%s)-$$-$RANDOM@${written_email#*@}"
    request "$method" "$url" "$(of_ours "$data")" ${headers[@]+"${headers[@]}"}
  fi
  say "$method" "$path"
}

# What a text gives as a command of this name.
curl() {
  local method=GET url='' data='' headers=()
  while [ $# -gt 0 ]; do
    case $1 in
      -X) method=$2 && shift 2 ;;
      -H) headers+=("$2") && shift 2 ;;
      -d) data=$2 && shift 2 ;;
      *) url=$1 && shift ;;
    esac
  done
  make "$method" "$url" "$data" ${headers[@]+"${headers[@]}"}
}

# What a text gives as a request: its first line, headers, an empty line, a body. JSON has no comments; those go.
block() {
  local text method path line headers=() data='' in_body=no
  text=$(cat)
  read -r method path <<< "$text"
  while IFS= read -r line; do
    if [ "$in_body" = yes ]; then
      data="$data$(printf '%s' "$line" | sed -E 's/[[:space:]]+# .*$//')"$'\n'
    elif [ -z "$line" ]; then
      in_body=yes
    else
      headers+=("$line")
    fi
  done < <(printf '%s\n' "$text" | tail -n +2)
  make "$method" "http://localhost$path" "$data" ${headers[@]+"${headers[@]}"}
}

# route PREFIX LINE [JSON]: what a text gives as a line of a list, with the body that the line describes.
route() {
  local prefix=$1 line=$2 json=${3-} method path
  read -r method path _ <<< "$line"
  path=${path/:clientId/default}
  path=${path/:chatId/966500000000@c.us}
  if [ -n "$json" ]; then
    make "$method" "http://localhost:3001$prefix$path" "$json" 'Content-Type: application/json'
  else
    make "$method" "http://localhost:3001$prefix$path" ''
  fi
}

text_of() {
  printf '\n%s\n' "$1"
  adds_key=no
  access_token=
  written_email=
}

# until_connected PATH FIELD VALUE: what a person does with a phone meanwhile.
until_connected() {
  local deadline=$((SECONDS + connect_timeout))
  while :; do
    request GET "$base_url$1" '' "x-api-key: $api_key"
    if [ "$(field "$2")" = "$3" ]; then return 0; fi
    if [ $SECONDS -ge $deadline ]; then break; fi
    sleep 0.3
  done
  echo "  not connected after $connect_timeout s; its QR code waits to be scanned (see --wait)"
  return 1
}

# keep FIELD: remembers a phone number of the last answer, to delete it at the end.
keep() {
  local id
  id=$(field "$1")
  if [ -n "$id" ] && [ -n "$api_key" ]; then made+=("$api_key $id"); fi
}

echo "Calling $base_url"

text_of 'The sessions text (000): every curl, and its links'
expects 200 status=healthy
curl http://localhost:3000/health
expects 201 success=true token refresh_token email api_key
curl -X POST http://localhost:3000/api/v1/auth/register \
  -H "Content-Type: application/json" \
  -d '{
    "email": "user@example.com",
    "password": "password123",
    "name": "Business User"
  }'
api_key=$(field api_key)
first_key=$(printf '%s' "$body" | grep -oE 'ef_live_[0-9A-Za-z]{36}' | head -n 1)
api_key=${first_key:-$api_key}
expects 200 success=true token refresh_token expires_in email
curl -X POST http://localhost:3000/api/v1/auth/login \
  -H "Content-Type: application/json" \
  -d '{
    "email": "user@example.com",
    "password": "password123"
  }'
access_token=$(field token)
expects 201 success=true id=.+ session_name=my-business-whatsapp status webhook_url=https://your-webhook.com/whatsapp
curl -X POST http://localhost:3000/api/v1/sessions \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "session_name": "my-business-whatsapp",
    "webhook_url": "https://your-webhook.com/whatsapp"
  }'
session_id=$(field id)
keep id
expects 201 success=true session_id="$session_id" status='starting|running' qr_code
curl -X POST http://localhost:3000/api/v1/instances \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "session_id": "your-session-id"
  }'
expects 200 status=healthy
curl http://localhost:3000/health
curl http://localhost:3000/api-docs
curl http://localhost:3001/api-docs
expects 200 status=healthy
curl http://localhost:3000/health

text_of 'The summary of its deployment (001): every curl, and its links'
expects 201 success=true token refresh_token email api_key
curl -X POST http://localhost:3000/api/v1/auth/register \
  -H "Content-Type: application/json" \
  -d '{
    "email": "admin@yourcompany.com",
    "password": "secure_password",
    "name": "Admin User"
  }'
api_key=$(printf '%s' "$body" | grep -oE 'ef_live_[0-9A-Za-z]{36}' | head -n 1)
expects 200 success=true token refresh_token
curl -X POST http://localhost:3000/api/v1/auth/login \
  -H "Content-Type: application/json" \
  -d '{
    "email": "admin@yourcompany.com",
    "password": "secure_password"
  }'
access_token=$(field token)
expects 201 success=true id=.+ session_name=business-whatsapp
curl -X POST http://localhost:3000/api/v1/sessions \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "session_name": "business-whatsapp",
    "webhook_url": "https://your-webhook.com/whatsapp"
  }'
session_id=$(field id)
keep id
expects 201 success=true session_id="$session_id" status='starting|running'
curl -X POST http://localhost:3000/api/v1/instances \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "session_id": "your-session-id"
  }'
expects 200 status=healthy
curl http://localhost:3000/health
curl http://localhost:3000
curl http://localhost:3001
expects 200 status=healthy
curl http://localhost:3000/health
curl http://localhost:3000/api-docs

text_of 'The connector text (002): every line of its list of routes, at the root and below /api'
api_key=$first_key
adds_key=yes
expects 200 status=healthy timestamp
route '' 'GET /health → { ok: true, timestamp: "..." }'
for prefix in '' /api; do
  expects 200 clientId=default status='initializing|waiting_qr|ready' updatedAt
  route "$prefix" 'POST   /whatsapp/connect           body { clientId?: "default" }' '{"clientId": "default"}'
  expects 200 clientId=default status='initializing|waiting_qr|ready' updatedAt
  route "$prefix" 'GET    /whatsapp/status/:clientId  → { status, lastError?, updatedAt }'
  route "$prefix" 'GET    /whatsapp/qr/:clientId      → { qrDataUrl? }'
  until_connected /whatsapp/status/default status ready
  expects 200 success=true messageId=.+ to=966500000000@c.us
  route "$prefix" 'POST /messages/send  body { clientId?, to: "966...", text: "مرحبا" }' \
    '{"clientId": "default", "to": "966500000000", "text": "مرحبا"}'
  expects 200 success=true messageId=.+ to=966500000000@c.us
  route "$prefix" 'POST /whatsapp/send  body { clientId?, chatId, message }' \
    '{"clientId": "default", "chatId": "966500000000@c.us", "message": "مرحبا"}'
  expects 200 success=true chats
  route "$prefix" 'GET  /whatsapp/chats/:clientId'
  expects 200 success=true messages
  route "$prefix" 'GET  /whatsapp/messages/:clientId/:chatId'
  expects 200 status=idle
  route "$prefix" 'DELETE /whatsapp/session/:clientId → Reset كامل'
done
request GET "$base_url/api/phone-numbers" '' "x-api-key: $api_key"
while read -r id; do made+=("$api_key $id"); done < <(
  printf '%s' "$body" | tr -d '\r\n' | grep -oE '"id"[[:space:]]*:[[:space:]]*[0-9]+' | grep -oE '[0-9]+$'
)

text_of 'The platform text (003): its curl, and its twelve requests; the eighth comes last, as it deletes'
expects 200 status=healthy
curl http://localhost/health
expects 201 success=true message id api_key=ef_live_.+ plan_type=business max_phone_numbers=10
block <<'END'
POST /api/auth/register
Content-Type: application/json

{
  "email": "user@example.com",
  "password": "SecurePass123!",
  "full_name": "John Doe",
  "company_name": "Acme Corp",
  "plan_type": "business"  # starter, business, enterprise
}
END
api_key=$(field api_key)
expects 200 success=true access_token
block <<'END'
POST /api/auth/login
Content-Type: application/json

{
  "email": "user@example.com",
  "password": "SecurePass123!"
}
END
expects 200 success=true plan_type=business company_name='Acme Corp'
block <<'END'
GET /api/user/profile
x-api-key: your-api-key
END
expects 201 success=true id instance_name='user_[0-9]+_[0-9]+_[0-9A-Za-z]+' token=eft_.+ \
  display_name='Customer Service' status='initializing|qr_ready|connected' qr_code qr_expires_at
block <<'END'
POST /api/phone-numbers/create
x-api-key: your-api-key
Content-Type: application/json

{
  "display_name": "Customer Service",
  "webhook_url": "https://yourapp.com/webhook"  # optional
}
END
number_id=$(field id)
number_token=$(field token)
keep id
# One that was scanned meanwhile has no code any more, and says so.
expects 200 qr_code qr_expires_at
or_else 409 code=number_connected
block <<'END'
GET /api/phone-numbers/{id}/qr
x-api-key: your-api-key
END
expects 200 success=true phone_numbers id="$number_id"
block <<'END'
GET /api/phone-numbers
x-api-key: your-api-key
END
until_connected "/api/phone-numbers/$number_id/status" status connected
expects 200 success=true status=connected
block <<'END'
GET /api/phone-numbers/{id}/status
x-api-key: your-api-key
END
expects 200 success=true message_id=.+ status=sent
block <<'END'
POST /api/messages/send-text
x-api-key: your-api-key
Content-Type: application/json

{
  "token": "xyz789abc...",  # Token dari phone number
  "number": "628123456789",
  "text": "Hello from WhatsApp API!"
}
END
expects 200 success=true message_id=.+ status=sent
if [ -z "$media_url" ]; then or_else 422 code=media_unavailable; fi
block <<'END'
POST /api/messages/send-media
x-api-key: your-api-key
Content-Type: application/json

{
  "token": "xyz789abc...",
  "number": "628123456789",
  "mediaUrl": "https://example.com/image.jpg",
  "caption": "Check this out!",
  "mediaType": "image"  # image, video, audio, document
}
END
expects 200 success=true messages_sent
block <<'END'
GET /api/statistics?start_date=2024-01-01&end_date=2024-01-31
x-api-key: your-api-key
END
expects 200 success=true total_phone_numbers=1
block <<'END'
GET /api/dashboard
x-api-key: your-api-key
END

printf '\nThe balancer text (004): its curl, and the routes of its headings\n'
adds_key=yes
expects 200 gateway status=running uptime instances total healthy unhealthy details
make GET http://localhost:3000/status ''
expects 200 success=true messageId=.+ chatId=1234567890@c.us
curl -X POST http://localhost:3000/send-message \
  -H "Content-Type: application/json" \
  -d '{
    "chatId": "1234567890@c.us",
    "message": "مرحبا من Gateway!"
  }'
expects 200 status=healthy instances total healthy
make GET http://localhost:3000/health ''

printf '\nThe platform text (003), its eighth request\n'
adds_key=no
expects 200 success=true
block <<'END'
DELETE /api/phone-numbers/{id}
x-api-key: your-api-key
END
