// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/other_programs.hpp"

#include <array>
#include <string_view>

namespace pipeline {
namespace {

constexpr std::string_view kConsumers = "--consumers N (or -j N)";
constexpr std::string_view kManyIds = "--process exec:COMMAND";
constexpr std::string_view kWhyManyIds =
    "it asks one program for many ids, while a command after -- gets one id";
constexpr std::string_view kPlace = "{} in the command";
constexpr std::string_view kList = "--source lines:FILE";
constexpr std::string_view kNulList = "--source lines0:FILE";
constexpr std::string_view kWhyNulList = "its ids end with NUL, and lines0:- is standard input";
constexpr std::string_view kDelimiters =
    "ids end with a newline; with --source lines0:FILE or lines0:-, with NUL";
constexpr std::string_view kAttempts = "--max-attempts N";
constexpr std::string_view kItemTimeout = "--item-timeout TIME";
constexpr std::string_view kKeepOutput = "--keep-output";
constexpr std::string_view kWhyKeepOutput = "the ledger then has the output of each invoice";
constexpr std::string_view kLedger = "--ledger sqlite:FILE";
constexpr std::string_view kWhyLedger = "it has a row for each invoice";
constexpr std::string_view kSameAgain = "the same command line again";
constexpr std::string_view kWhySameAgain = "it goes on where the list was left";
constexpr std::string_view kRetry = "clerk retry --status failed";
constexpr std::string_view kWhyRetry = "a list that has ended is then started again by the same command line";
constexpr std::string_view kSeen = "observer";
constexpr std::string_view kWhySeen = "and on a terminal, the supervisor shows a line of progress by itself";
constexpr std::string_view kEcho = "--ledger none -- sh -c 'echo \"$@\" >&2' sh COMMAND";
constexpr std::string_view kWhyEcho = "the log then has the command of each invoice";
constexpr std::string_view kTalkative = "--log-level debug";
constexpr std::string_view kNoCommands =
    "the log does not name each command: clerk show ID has what became of an invoice";
constexpr std::string_view kHalt = "--halt-after N";
constexpr std::string_view kQuiet = "--log-level error";
constexpr std::string_view kWhyQuiet = "the summary stays, on standard output";
constexpr std::string_view kRate = "--rate N/s";
constexpr std::string_view kMemory = "--memory-limit SIZE";
constexpr std::string_view kDirectory =
    "the command runs in the directory in which the supervisor was started";

constexpr auto kHints = std::to_array<OptionHint>({
    {"--jobs", kConsumers, {}},
    {"--max-procs", kConsumers, {}},
    {"--procs", kConsumers, {}},
    {"--workers", kConsumers, {}},
    {"--max-workers", kConsumers, {}},
    {"--num-workers", kConsumers, {}},
    {"--threads", kConsumers, {}},
    {"--processes", kConsumers, {}},
    {"--parallel", kConsumers, {}},
    {"--concurrency", kConsumers, {}},
    {"-n", kManyIds, kWhyManyIds},
    {"-N", kManyIds, kWhyManyIds},
    {"-L", kManyIds, kWhyManyIds},
    {"-m", kManyIds, kWhyManyIds},
    {"-X", kManyIds, kWhyManyIds},
    {"--max-args", kManyIds, kWhyManyIds},
    {"--max-replace-args", kManyIds, kWhyManyIds},
    {"--max-lines", kManyIds, kWhyManyIds},
    {"--xargs", kManyIds, kWhyManyIds},
    {"-I", kPlace, "it stands for the id"},
    {"-i", kPlace, "it stands for the id"},
    {"--replace", kPlace, "it stands for the id"},
    {"-a", kList, {}},
    {"--arg-file", kList, {}},
    {"--input", kList, {}},
    {"--file", kList, {}},
    {"-0", kNulList, kWhyNulList},
    {"-d", {}, kDelimiters},
    {"--null", kNulList, kWhyNulList},
    {"--delimiter", {}, kDelimiters},
    {"-r", {}, "an empty list runs nothing anyway"},
    {"--no-run-if-empty", {}, "an empty list runs nothing anyway"},
    {"--retries", kAttempts, {}},
    {"--max-retries", kAttempts, {}},
    {"--retry", kAttempts, {}},
    {"--tries", kAttempts, {}},
    {"--attempts", kAttempts, {}},
    {"--timeout", kItemTimeout, {}},
    {"--max-time", kItemTimeout, {}},
    {"-k", kKeepOutput, kWhyKeepOutput},
    {"--keep-order", kKeepOutput, kWhyKeepOutput},
    {"--group", kKeepOutput, kWhyKeepOutput},
    {"--results", kKeepOutput, kWhyKeepOutput},
    {"--joblog", kLedger, kWhyLedger},
    {"--database", kLedger, {}},
    {"--db", kLedger, {}},
    {"--resume", kSameAgain, kWhySameAgain},
    {"--continue", kSameAgain, kWhySameAgain},
    {"--resume-failed", kRetry, kWhyRetry},
    {"--retry-failed", kRetry, kWhyRetry},
    {"--bar", kSeen, kWhySeen},
    {"--eta", kSeen, kWhySeen},
    {"--progress", kSeen, kWhySeen},
    {"--dry-run", kEcho, kWhyEcho},
    {"--dryrun", kEcho, kWhyEcho},
    {"--halt", kHalt, "or P% for a share"},
    {"--halt-on-error", kHalt, {}},
    {"--fail-fast", kHalt, {}},
    {"--exit-on-error", kHalt, {}},
    {"--stop-on-error", kHalt, {}},
    {"--keep-going", {}, "the run goes on after failures, unless --halt-after is given"},
    {"-v", {}, kNoCommands},
    {"-t", {}, kNoCommands},
    {"--verbose", kTalkative, {}},
    {"-q", kQuiet, kWhyQuiet},
    {"--quiet", kQuiet, kWhyQuiet},
    {"--silent", kQuiet, kWhyQuiet},
    {"--delay", kRate, {}},
    {"--memory", kMemory, {}},
    {"--memfree", kMemory, "it limits each program, whatever is free"},
    {"-C", {}, kDirectory},
    {"--directory", {}, kDirectory},
    {"--workdir", {}, kDirectory},
    {"--wd", {}, kDirectory},
});

}  // namespace

std::span<const OptionHint> hints_for_other_programs() noexcept {
    return kHints;
}

}  // namespace pipeline
