#!/usr/bin/env bash
# Starts and stops the proxy. `control.sh help` says how.
set -euo pipefail

here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"

# In a source tree the program and its state live in output/; in a packaged folder they lie beside this script.
if [[ -f "$here/Ddmq.sln" ]]; then
  source_tree=yes
  package="$here/output"
else
  source_tree=no
  package="$here"
fi

home="${DDMQ_HOME:-$package}"
home="$(realpath -m -- "$home")"
program="$package/lib/ddmq-proxy"
run="$home/run"
pid_file="$run/ddmq-proxy.pid"
ready_file="$run/ddmq-proxy.ready"
waiting_file="$ready_file.waiting"
console="$home/logs/console.log"
start_timeout="${DDMQ_START_TIMEOUT:-60}"
stop_timeout="${DDMQ_STOP_TIMEOUT:-60}"

# What the program loads when it runs: Debian package and the library in it. The first is always needed, librdkafka1 for Kafka
# clusters, libzookeeper-mt2 for a configuration from ZooKeeper.
declare -A runtime_libraries=([librocksdb7.8]=librocksdb.so.7.8 [librdkafka1]=librdkafka.so.1 [libzookeeper-mt2]=libzookeeper_mt.so.2)
needed_package=librocksdb7.8
runtime_packages=(librocksdb7.8 librdkafka1 libzookeeper-mt2)

usage() {
  cat <<'TEXT'
usage: control.sh COMMAND

  start [CONFIG]    installs the native packages that are missing (Debian, as root), builds when this is a source tree and
                    output/ is missing or older than the sources, starts the proxy in the background and waits until
                    it is ready. Fails when it runs already.
  stop              asks the proxy to stop and waits: requests in flight are answered, the store is closed.
                    Succeeds when it does not run.
  restart [CONFIG]  stop and start; without CONFIG with the configuration it runs with now.
  reload            the same as restart in this version: the proxy drains, then a new one starts. Connections are closed.
  status            says whether it runs, since when and where it listens.
                    Exit code 0: ready, 1: running but not ready, 3: not running.
  packages [NAME..] installs the native packages that are missing: those of the proxy, or the Debian packages named.
  help              this text.

CONFIG is config/carrera.yaml by default: of DDMQ_HOME when it has one, else beside this script.

Environment: DDMQ_HOME, the folder of data, logs and run (default: the packaged folder; output/ in a source tree), a
second proxy needs its own; DDMQ_START_TIMEOUT and DDMQ_STOP_TIMEOUT, seconds to wait (60); every setting of the
configuration, for example DDMQ_PORT and DDMQ_ADMIN_PORT (docs/configuration.md).
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'control.sh: %s\n' "$*" >&2
  exit 1
}

# A path as the caller would type it: relative where that is the shorter way to say it.
shown() {
  local relative
  relative="$(realpath -m --relative-to="$PWD" -- "$1")"
  case "$relative" in
    ../*) realpath -m -- "$1" ;;
    */*) printf '%s\n' "$relative" ;;
    *) printf './%s\n' "$relative" ;;
  esac
}

# --- native packages ---------------------------------------------------------------------------------------------------

has_library() {
  local known
  known="$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null || true)"
  [[ "$known" == *"$1"* ]]
}

is_installed() {
  if [[ -n "${runtime_libraries[$1]:-}" ]]; then
    has_library "${runtime_libraries[$1]}"
  else
    [[ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null || true)" == "install ok installed" ]]
  fi
}

# Installs the Debian packages named, when they are missing and that is possible; else says what to do.
install_packages() {
  local missing=() name log
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  if ! command -v apt-get >/dev/null; then
    local libraries=()
    for name in "${missing[@]}"; do
      [[ -z "${runtime_libraries[$name]:-}" ]] || libraries+=("${runtime_libraries[$name]}")
    done
    fail "missing: ${missing[*]} (names of Debian 12 packages). This is not Debian or Ubuntu: install what corresponds${libraries[*]:+; the proxy loads ${libraries[*]}}."
  fi
  if [[ "$(id -u)" -ne 0 ]]; then
    fail "missing packages: ${missing[*]}. Install them as root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  fi

  mkdir -p "$home/logs"
  log="$home/logs/packages.log"
  say "Installing Debian packages: ${missing[*]} (log: $(shown "$log"))"
  export DEBIAN_FRONTEND=noninteractive
  # One unreachable source fails the update though the others may have everything: the installation decides.
  apt-get update >>"$log" 2>&1 </dev/null || true
  if ! apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    fail "cannot install ${missing[*]}. After mending the above: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  for name in "${missing[@]}"; do
    is_installed "$name" || fail "$name was installed, but what it should bring was not found; see $(shown "$log")"
  done
}

# Where packages cannot be installed the proxy starts with what it always needs, and says itself what else its configuration asks for.
install_runtime() {
  local name missing=()
  for name in "${runtime_packages[@]}"; do
    is_installed "$name" || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ "$(id -u)" -ne 0 && " ${missing[*]} " != *" $needed_package "* ]]; then
    say "Going on without ${missing[*]}: Kafka needs librdkafka1, ZooKeeper needs libzookeeper-mt2 (as root: apt-get install -y ${missing[*]})"
    return 0
  fi
  install_packages "${missing[@]}"
}

# --- the process -------------------------------------------------------------------------------------------------------

# The kernel's start time of a living process, in clock ticks since boot. With the pid it names a process for good: a
# recycled pid has another one.
start_time_of() {
  local stat fields
  stat="$(cat -- "/proc/$1/stat" 2>/dev/null)" || return 1
  # The name in parentheses may contain anything; what follows it does not.
  read -r -a fields <<<"${stat##*) }"
  [[ "${fields[0]}" != Z && "${fields[0]}" != X ]] || return 1
  printf '%s\n' "${fields[19]}"
}

# A folder keeps its number when it is moved, and its copy has another: a pid file copied with a running proxy's folder
# is not the copy's.
folder_number() { stat -c %d:%i -- "$home"; }

# Sets pid and running_config from the pid file, when that process is still the one that was started here.
find_running() {
  local started folder now
  pid=""
  running_config=""
  [[ -f "$pid_file" ]] || return 1
  { read -r pid && read -r started && read -r running_config && read -r folder; } <"$pid_file" || return 1
  [[ "$folder" == "$(folder_number)" ]] || return 1
  now="$(start_time_of "$pid")" && [[ "$now" == "$started" ]]
}

is_alive() { [[ "$(start_time_of "$1")" == "$2" ]]; }

is_ready() { [[ -f "$ready_file" && "$(ready_value pid)" == "$1" ]]; }

# A value of the one-line JSON that the proxy writes when it is ready.
ready_value() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$ready_file"; }

# One control.sh at a time works on a home folder.
take_lock() {
  mkdir -p "$run" "$home/logs" || fail "cannot make folders in $home"
  exec 9>"$run/control.lock"
  flock -w $((start_timeout + stop_timeout)) 9 || fail "another control.sh is still at work in $home"
}

choose_config() {
  if [[ -n "${1:-}" ]]; then
    realpath -m -- "$1"
  elif [[ -n "${DDMQ_HOME:-}" && -f "$home/config/carrera.yaml" ]]; then
    printf '%s\n' "$home/config/carrera.yaml"
  else
    printf '%s\n' "$here/config/carrera.yaml"
  fi
}

prepare() {
  install_runtime
  # Without the lock: build servers must not inherit it.
  [[ "$source_tree" == no ]] || "$here/build.sh" update 9>&-
  [[ -x "$program" ]] || fail "$program is missing: this folder is not complete"
}

launch() {
  local config="$1" size started deadline said
  if [[ -f "$console" && "$(stat -c %s "$console")" -gt 10485760 ]]; then
    mv -f "$console" "$console.1"
  fi
  touch "$console" || fail "cannot write $console"
  size="$(stat -c %s "$console")"
  rm -f "$ready_file" "$waiting_file"

  say "Starting ddmq-proxy with $(shown "$config")"
  cd "$home"
  DDMQ_HOME="$home" DDMQ_READY_FILE="$ready_file" setsid "$program" "$config" </dev/null >>"$console" 2>&1 9>&- &
  pid=$!
  cd "$OLDPWD"
  # The process may have ended by now, which the loop finds out.
  started="$(start_time_of "$pid" || printf 'gone\n')"
  printf '%s\n%s\n%s\n%s\n' "$pid" "$started" "$config" "$(folder_number)" >"$pid_file.new"
  mv -f "$pid_file.new" "$pid_file"

  deadline=$((SECONDS + start_timeout))
  said=""
  until is_ready "$pid"; do
    say_what_it_waits_for
    if ! is_alive "$pid" "$started"; then
      rm -f "$pid_file" "$ready_file" "$waiting_file"
      tail -c "+$((size + 1))" "$console" | tail -n 20 >&2
      fail "the proxy did not start; more in $(shown "$home/logs")"
    fi
    if [[ "$SECONDS" -ge "$deadline" ]]; then
      fail "the proxy (pid $pid) is not ready after $start_timeout s and goes on trying; see $(shown "$home/logs"), or end it: $(shown "$here/control.sh") stop"
    fi
    sleep 0.05
  done
}

# A proxy whose configuration is not there yet says in a file what it waits for.
say_what_it_waits_for() {
  local reason=""
  # Not "$(<file)": where the file is missing that ends the script in spite of the ||.
  reason="$(cat -- "$waiting_file" 2>/dev/null)" || return 0
  [[ "$reason" != "$said" ]] || return 0
  said="$reason"
  say "Waiting: $reason"
}

announce() {
  local admin thrift
  thrift="$(ready_value thrift)"
  admin="$(ready_value admin)"
  [[ "$admin" != null ]] || admin=""
  say "Ready: pid $pid, Thrift on $thrift${admin:+, admin on http://$admin}"
  say "Logs:  $(shown "$home/logs")"
  if [[ "$thrift" == *:9613 ]]; then
    say "Try:   $(shown "$package/ddmq") send hello \"first message\""
    say "       $(shown "$package/ddmq") tail hello"
  else
    say "Try:   $(shown "$package/ddmq") --help"
  fi
  say "Stop:  ${DDMQ_HOME:+DDMQ_HOME=$home }$(shown "$here/control.sh") stop"
}

# --- commands ----------------------------------------------------------------------------------------------------------

start() {
  local config
  config="$(choose_config "${1:-}")"
  take_lock
  if find_running; then
    fail "ddmq-proxy is running already (pid $pid); $(shown "$here/control.sh") status"
  fi
  prepare
  launch "$config"
  announce
}

stop() {
  take_lock
  stop_running
}

stop_running() {
  local deadline started
  if ! find_running; then
    rm -f "$pid_file" "$ready_file" "$waiting_file"
    say "ddmq-proxy is not running"
    return 0
  fi

  say "Stopping ddmq-proxy (pid $pid)"
  started="$(start_time_of "$pid" || printf 'gone\n')"
  kill -TERM "$pid" 2>/dev/null || ! is_alive "$pid" "$started" || fail "cannot signal pid $pid: it belongs to another user"
  deadline=$((SECONDS + stop_timeout))
  while is_alive "$pid" "$started"; do
    if [[ "$SECONDS" -ge "$deadline" ]]; then
      fail "ddmq-proxy (pid $pid) is still running after $stop_timeout s. To end it without draining: kill -9 $pid"
    fi
    sleep 0.05
  done
  rm -f "$pid_file" "$ready_file" "$waiting_file"
  say "Stopped"
}

restart() {
  local config
  take_lock
  # Everything that can fail or take long comes before the old one is stopped.
  prepare
  if find_running && [[ -z "${1:-}" ]]; then
    config="$running_config"
  else
    config="$(choose_config "${1:-}")"
  fi
  stop_running
  launch "$config"
  announce
}

status() {
  local started now ticks up admin
  if ! find_running; then
    say "ddmq-proxy is not running in $home"
    return 3
  fi

  started="$(start_time_of "$pid" || printf '0\n')"
  ticks="$(getconf CLK_TCK)"
  read -r now _ </proc/uptime
  up=$((${now%.*} - started / ticks))
  if ! is_ready "$pid"; then
    say "ddmq-proxy is running but not ready: pid $pid, up $up s"
  [[ ! -f "$waiting_file" ]] || say "It waits: $(cat -- "$waiting_file" 2>/dev/null || true)"
    return 1
  fi

  admin="$(ready_value admin)"
  [[ "$admin" != null ]] || admin="off"
  say "ddmq-proxy is running: pid $pid, up $up s, Thrift on $(ready_value thrift), admin on $admin"
}

command="${1:-help}"
[[ $# -eq 0 ]] || shift
case "$command" in
  start | restart)
    [[ $# -le 1 ]] || fail "$command takes one argument, the configuration file"
    "$command" "$@"
    ;;
  stop | status)
    [[ $# -eq 0 ]] || fail "$command takes no argument"
    "$command"
    ;;
  reload)
    [[ $# -eq 0 ]] || fail "reload takes no argument; to start with another configuration: restart CONFIG"
    restart
    ;;
  packages)
    [[ $# -gt 0 ]] || set -- "${runtime_packages[@]}"
    install_packages "$@"
    ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    fail "unknown command: $command"
    ;;
esac
