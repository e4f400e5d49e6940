// SPDX-License-Identifier: Apache-2.0
#include "observer/options/options.hpp"

#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/shm/lock_note.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void refuse(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

CommandOption ledger_to_read_option(std::optional<LedgerSpec>& field) {
    return with_words(value_option("ledger", "SPEC", "with --audit, --hosts, --listen:\n" + ledger_forms(),
                                   field, parse_ledger,
                                   [](const std::optional<LedgerSpec>& spec) {
                                       return spec ? std::optional(spec->text()) : std::nullopt;
                                   }),
                      ledger_words());
}

Digest parse_head(std::string_view text) {
    const auto head = parse_digest(text);
    if (!head) throw std::invalid_argument("64 hexadecimal digits are accepted");
    return *head;
}

CommandOption listen_option(std::optional<ListenAddress>& field) {
    return value_option("listen", "ADDRESS",
                        "serve a page, /metrics, /status.json, /healthz and\n"
                        "rows of the ledger over HTTP: 127.0.0.1:9464",
                        field, parse_listen_address, [](const std::optional<ListenAddress>& address) {
                            return address ? std::optional(address->text()) : std::nullopt;
                        });
}

}  // namespace

CommandLine declare(ObserverOptions& options) {
    return {
        "observer",
        "[OPTION...]",
        "Looks at a pipeline that runs, hangs, is dead or has finished. Changes nothing.\n"
        "Without an option of the first group it shows it live: as a screen on a\n"
        "terminal, else as a line for each --interval. SIGTERM and SIGINT end it.",
        {{"What to show instead",
          {switch_option("once", "how it is and what it did within one --interval", options.once),
           switch_option("metrics", "the same as text for Prometheus", options.metrics),
           listen_option(options.listen),
           switch_option("audit", "whether every acquired invoice is accounted for", options.audit),
           switch_option("hosts", "the hosts that write a shared ledger, and how much", options.hosts)}},
         {"How",
          {switch_option("json", "as JSON, on one line", options.json),
           duration_option("interval", "between two looks", options.interval, 100ms, 1h),
           switch_option("deep",
                         "with --audit: check the ledger's file, that nobody\nhas changed a row, and a "
                         "sequence for gaps",
                         options.deep),
           value_option("head", "HEX",
                        "with --deep: the ledger must have the commit with\nthis head (clerk head, the log)",
                        options.head, parse_head,
                        [](const std::optional<Digest>& head) {
                            return head ? std::optional(to_text(*head)) : std::nullopt;
                        }),
           switch_option("listen-anywhere",
                         "with --listen: also at an address that others reach;\nwhoever does may read it",
                         options.listen_anywhere),
           value_option(
               "token-file", "FILE",
               "with --listen: answer only those who have the token\nin this file, of 16 characters or "
               "more",
               options.token_file, parse_path,
               [](const std::filesystem::path& path) {
                   return path.empty() ? std::nullopt : std::optional(path.native());
               })}},
         {"Where to look",
          {name_option(options.name),
           with_fallback(ledger_to_read_option(options.ledger),
                         "the pipeline's own;\nif there is none, sqlite:STATE/invoices.db"),
           state_dir_option(options.state_dir),
           with_fallback(runtime_dir_option(options.runtime_dir),
                         "as the supervisor's, or\n/run/NAME of a service")}},
         {"Other", {log_level_option(options.log_level), log_format_option(options.log_format)}}}};
}

namespace {

void check(const ObserverOptions& options) {
    const int ways = int{options.once} + int{options.metrics} + int{options.listen.has_value()} +
                     int{options.audit} + int{options.hosts};
    if (ways > 1)
        refuse("--once, --metrics, --listen, --audit and --hosts: one of them at a time is accepted");
    if (options.deep && !options.audit) refuse("--deep: is accepted with --audit only");
    if (options.head && !options.deep) refuse("--head: is accepted with --audit --deep only");
    if (options.ledger && !options.audit && !options.hosts && !options.listen)
        refuse("--ledger: is accepted with --audit, --hosts or --listen only");
    if (options.json && (options.metrics || options.listen))
        refuse("--json: is not accepted with --metrics or --listen, which have formats of their own");
    if (options.listen_anywhere && !options.listen)
        refuse("--listen-anywhere: is accepted with --listen only");
    if (!options.token_file.empty() && !options.listen)
        refuse("--token-file: is accepted with --listen only");
    if (options.listen && !options.listen->is_loopback() && !options.listen_anywhere) {
        refuse(
            fmt::format("--listen '{}': others than this machine could read it there; give "
                        "--listen-anywhere too if they may, or listen at 127.0.0.1",
                        options.listen->text()));
    }
}

}  // namespace

std::variant<ObserverOptions, EarlyExit> parse_observer_options(std::span<const char* const> arguments,
                                                                const Environment& environment) {
    ObserverOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    check(options);
    if (options.state_dir.empty()) options.state_dir = default_state_directory(environment).value_or("");
    options.lock_dirs = std::vector{options.runtime_dir};
    if (options.runtime_dir.empty()) {
        options.lock_dirs =
            possible_lock_dirs(options.name, kDefaultName,
                               default_runtime_directory(environment).value_or(""), options.state_dir);
    }
    return options;
}

std::string ledger_to_ask(const ObserverOptions& options, const std::string& seen) {
    if (options.ledger) return options.ledger->text();
    if (!seen.empty()) return seen;
    return LedgerSpec{LedgerSpec::Kind::Sqlite, options.state_dir / "invoices.db"}.text();
}

}  // namespace pipeline
