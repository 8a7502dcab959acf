#!/usr/bin/env bash
# Packages the product and runs its tests. `build.sh help` says how.
set -euo pipefail

here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
artifacts="$here/artifacts"

# The same words from every tool whatever the machine speaks, and no build server left behind that would hold the caller's pipes.
export LC_ALL=C.UTF-8 DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

usage() {
  cat <<'TEXT'
usage: build.sh [COMMAND]

  package [DIR]  packages into DIR, output/ by default: a self-contained folder that runs where it is copied (this is what
                 build.sh does without a command). Data, logs and run in it are left alone; a failed build changes nothing;
                 a proxy that runs from it goes on with its old program until it is restarted.
  update [DIR]   the same, only when DIR is missing or older than the sources.
  test [FILTER]  installs the Debian packages that tests need, checks the formatting, builds, and runs every test, or those whose
                 full name contains FILTER (no formatting check then). The last line is "N passed, N failed, N skipped".
  help           this text.
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

need_sdk() {
  local version
  command -v dotnet >/dev/null || fail "the .NET SDK 10 is needed to build, and there is no dotnet command; see https://dotnet.microsoft.com/download"
  version="$(cd "$here" && dotnet --version 2>/dev/null)" ||
    fail "no installed .NET SDK fits global.json (10.0.100 or a later 10.0); see https://dotnet.microsoft.com/download"
  [[ "$version" == 10.* ]] || fail "the .NET SDK 10 is needed to build; dotnet --version says $version"
}

# Runs a command with its output in a log; on failure shows what matters of it.
logged() {
  local log="$1"
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    { grep -E '(error|warn(ing)?) [A-Z]+[0-9]+|: error' "$log" || tail -n 30 "$log"; } | sort -u | head -n 30 >&2
    return 1
  fi
}

# --- package -----------------------------------------------------------------------------------------------------------

runtime_id() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) say linux-x64 ;;
    Linux-aarch64) say linux-arm64 ;;
    *) fail "cannot package for $(uname -s) $(uname -m); Linux on x86_64 or aarch64 can" ;;
  esac
}

is_fresh() {
  local stamp="$1/lib/built"
  [[ -x "$1/lib/ddmq-proxy" && -x "$1/lib/ddmq" && -f "$stamp" ]] || return 1
  local sources=("$here/src" "$here/build.sh" "$here/global.json" "$here"/Directory.*)
  [[ ! -d "$here/idl" ]] || sources+=("$here/idl")
  [[ -z "$(find "${sources[@]}" -type d \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)" ]]
}

# The programs lie in .builds/<time>, and lib is a link to it that changes in one step: a proxy that runs, or is just being
# stopped, keeps loading from the folder it was started from.
package() {
  local target work rid build
  target="$(realpath -m -- "${1:-$here/output}")"
  rid="$(runtime_id)"
  need_sdk
  mkdir -p "$target/.builds" || fail "cannot make $target"
  build=".builds/$(date -u +%Y%m%d%H%M%S)-$$"
  work="$target/$build"
  mkdir "$work"
  # shellcheck disable=SC2064 # the folder of now is meant
  trap "rm -rf '$work'" EXIT
  # Before the build: a source changed while it runs counts as newer.
  touch "$work/built"

  say "Building into $target (log: $artifacts/package.log)"
  # Both programs share one folder and its runtime. The proxy comes second: its framework holds the newer copy of what both have.
  local project
  for project in Ddmq.Cli Ddmq.Proxy; do
    logged "$artifacts/package.log" dotnet publish "$here/src/$project/$project.csproj" -c Release -r "$rid" --self-contained true \
      -p:PublishReadyToRun=true -o "$work" || fail "the build failed; the whole log is $artifacts/package.log"
  done

  install_files "$target" "$work"
  ln -sfn "$build" "$target/lib.new"
  mv -fT "$target/lib.new" "$target/lib"
  trap - EXIT
  remove_old_builds "$target" "$build"
  say "Packaged: $target"
}

install_files() {
  local target="$1" work="$2" name
  mkdir -p "$target/config/examples" "$work/shipped"
  cp "$here/config/carrera.yaml" "$work/shipped/carrera.yaml"
  # A configuration edited in the package is not lost to a build.
  if [[ -f "$target/config/carrera.yaml" ]] && ! cmp -s "$target/config/carrera.yaml" "$work/shipped/carrera.yaml" &&
    ! cmp -s "$target/config/carrera.yaml" "$target/lib/shipped/carrera.yaml"; then
    cp -p "$target/config/carrera.yaml" "$target/config/carrera.yaml.$(date -u +%Y%m%d%H%M%S)"
    say "config/carrera.yaml was edited in $target: kept beside the new one, with the time in its name"
  fi
  cp "$work/shipped/carrera.yaml" "$target/config/carrera.yaml"
  cp "$here"/config/examples/*.yaml "$target/config/examples/"

  for name in control.sh LICENSE README.md; do
    [[ ! -f "$here/$name" ]] || { cp -p "$here/$name" "$target/$name.new" && mv -f "$target/$name.new" "$target/$name"; }
  done
  cat >"$target/ddmq.new" <<'SCRIPT'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/lib/ddmq" "$@"
SCRIPT
  chmod +x "$target/ddmq.new"
  mv -f "$target/ddmq.new" "$target/ddmq"
}

remove_old_builds() {
  local target="$1" current="$2" folder used
  used="$(readlink /proc/[0-9]*/exe 2>/dev/null || true)"
  for folder in "$target"/.builds/*/; do
    folder="${folder%/}"
    [[ "$folder" == "$target/$current" || "$used" == *"$folder/"* ]] || rm -rf "$folder"
  done
}

# One build at a time: they share the projects' obj folders.
take_lock() {
  mkdir -p "$artifacts"
  exec 8>"$artifacts/build.lock"
  flock 8
}

# --- test --------------------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0
failures=() skips=()

finish() {
  local line
  [[ ${#skips[@]} -eq 0 ]] || { say "" && for line in "${skips[@]}"; do say "skipped: $line"; done; }
  [[ ${#failures[@]} -eq 0 ]] || { say "" && for line in "${failures[@]}"; do say "FAILED: $line"; done; }
  say ""
  say "$passed passed, $failed failed, $skipped skipped"
  [[ "$failed" -eq 0 && $((passed + failed)) -gt 0 ]] || exit 1
  exit 0
}

add_failure() {
  failed=$((failed + 1))
  failures+=("$1")
}

# One line per result of a TRX file: outcome, name, its message; of a long one the beginning.
results_of() {
  awk '
    BEGIN { RS = "<UnitTestResult " }
    function unescape(s) {
      gsub(/&#x[dD];/, "", s); gsub(/(\n|&#x[aA];) */, " | ", s)
      gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&apos;/, "\047", s); gsub(/&amp;/, "\\&", s)
      gsub(/\t/, " ", s)
      return length(s) > 1000 ? substr(s, 1, 1000) "..." : s
    }
    NR > 1 {
      # What follows the last result belongs to the run; ">" occurs in attributes only escaped.
      sub(/<\/UnitTestResult>.*/, "")
      head = $0; sub(/>.*/, "", head)
      name = head; sub(/.*testName="/, "", name); sub(/".*/, "", name)
      outcome = head; sub(/.* outcome="/, "", outcome); sub(/".*/, "", outcome)
      message = ""
      # A failure has a message, and may have written to its output; a skipped test has its reason in one of them.
      if (head !~ /\/$/ && (match($0, /<Message>/) || match($0, /<StdOut>/))) {
        message = substr($0, RSTART + RLENGTH); sub(/<\/(Message|StdOut)>.*/, "", message)
      }
      print outcome "\t" unescape(name) "\t" unescape(message)
    }' "$1"
}

run_project() {
  local project="$1" filter="$2" name trx outcome test message code=0
  name="$(basename "$project" .csproj)"
  trx="$artifacts/test-results/$name.trx"
  local arguments=(test "$project" -c Release --no-build --nologo -v quiet --results-directory "$artifacts/test-results"
    --logger "trx;LogFileName=$name.trx" --blame-hang-timeout 10m --blame-hang-dump-type none)
  [[ -z "$filter" ]] || arguments+=(--filter "$filter")
  say "== $name"
  dotnet "${arguments[@]}" </dev/null 8>&- || code=$?

  local before="$failed"
  if [[ -f "$trx" ]]; then
    while IFS=$'\t' read -r outcome test message; do
      case "$outcome" in
        Passed) passed=$((passed + 1)) ;;
        NotExecuted)
          skipped=$((skipped + 1))
          skips+=("$test: ${message:-no reason given}")
          ;;
        *) add_failure "$test: $message" ;;
      esac
    done < <(results_of "$trx")
  fi
  # A test host that dies takes the results of what it was running with it.
  [[ "$code" -eq 0 || "$failed" -gt "$before" ]] || add_failure "$name: the test run ended with exit code $code"
}

test_all() {
  local filter="${1:-}" project name
  # Settings of the caller's own proxy must not reach the ones under test.
  for name in $(compgen -e DDMQ_ || true); do
    [[ "$name" == DDMQ_TEST_* ]] || unset "$name"
  done
  need_sdk
  "$here/control.sh" packages
  local packages=(thrift-compiler python3-thrift libthrift-java php-cli php-thrift g++ libthrift-dev libboost-dev zookeeper kcat)
  command -v javac >/dev/null || packages+=(default-jdk-headless)
  "$here/control.sh" packages "${packages[@]}" || say "Going on without them: tests that need them are skipped"

  cd "$here"
  take_lock
  rm -rf "$artifacts/test-results"
  mkdir -p "$artifacts/test-results"
  say "Building (log: $artifacts/build.log)"
  if ! logged "$artifacts/build.log" dotnet build Ddmq.sln -c Release; then
    add_failure "build: see above and $artifacts/build.log"
    finish
  fi
  if [[ -z "$filter" ]] && ! logged "$artifacts/format.log" dotnet format Ddmq.sln --verify-no-changes --no-restore; then
    add_failure "formatting: see above; dotnet format mends it"
  fi

  export DDMQ_TEST_OUTPUT="$artifacts/test-package"
  is_fresh "$DDMQ_TEST_OUTPUT" || (package "$DDMQ_TEST_OUTPUT") || {
    add_failure "package: see above"
    finish
  }
  for project in tests/*/*.csproj; do
    ! grep -q '<IsTestProject>true' "$project" || run_project "$project" "$filter"
  done
  finish
}

command="${1:-package}"
[[ $# -eq 0 ]] || shift
[[ $# -le 1 ]] || fail "$command takes one argument at most"
case "$command" in
  package)
    take_lock
    package "$@"
    ;;
  update)
    take_lock
    is_fresh "$(realpath -m -- "${1:-$here/output}")" || package "$@"
    ;;
  test) test_all "$@" ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    fail "unknown command: $command"
    ;;
esac
