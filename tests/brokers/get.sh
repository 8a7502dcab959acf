#!/usr/bin/env bash
# Fills a folder with the real brokers that tests and benchmarks use, by Maven, and puts the script `run` there.
set -euo pipefail

here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

fail() {
  printf 'get.sh: %s\n' "$*" >&2
  exit 1
}

if [[ $# -ne 1 || "$1" == -* ]]; then
  cat >&2 <<'TEXT'
usage: get.sh FOLDER

Downloads Apache Kafka 3.9.1, RocketMQ 4.9.7 and RocketMQ 5.3.3 (some hundred MB, in ~/.m2 and in FOLDER) with Maven, from
Maven Central or the mirror that ~/.m2/settings.xml names. What is in FOLDER already stays. Then:

  DDMQ_TEST_BROKERS=FOLDER ./build.sh test EndToEndTests
TEXT
  exit 2
fi

command -v mvn >/dev/null || fail "Maven is needed, and there is no mvn command; on Debian, as root: apt-get install -y --no-install-recommends maven"
mkdir -p -- "$1"
folder="$(cd -- "$1" && pwd)"
for system in kafka rocketmq4 rocketmq5; do
  if [[ -f "$folder/$system/complete" ]]; then
    printf '%s: there already\n' "$system"
    continue
  fi
  printf '%s: downloading\n' "$system"
  mvn --batch-mode --quiet --file "$here/$system/pom.xml" "$plugin:copy-dependencies" \
    -DincludeScope=runtime "-DoutputDirectory=$folder/$system/lib" || fail "Maven could not bring $system; running this again goes on where it stopped"
  # An interrupted copy is done again.
  touch "$folder/$system/complete"
done

install -m 755 "$here/run" "$folder/run"
printf 'Ready. Use it with: export DDMQ_TEST_BROKERS=%q\n' "$folder"
