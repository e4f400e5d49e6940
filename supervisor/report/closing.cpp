// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/closing.hpp"

#include <fmt/format.h>

#include <optional>

#include "common/base/plural.hpp"
#include "common/ledger/open/ledger_summary.hpp"
#include "supervisor/report/summary.hpp"

namespace pipeline {
namespace {

// Returns how many invoices of the source the ledger knew before the run acquired `acquired` more; none if
// that cannot be read, or makes no sense.
std::optional<std::uint64_t> count_before(const Options& options, std::string_view source,
                                          std::uint64_t acquired) {
    const auto count = acquired_count(options.ledger, source);
    if (!count || *count <= acquired) return std::nullopt;
    return *count - acquired;
}

std::string how_to_run_again(const Options& options) {
    return fmt::format(
        "to run all of them again, give another --ledger, as sqlite:FILE; to run what is not booked again: "
        "--from-start, or clerk retry --status failed{}",
        options_for_clerk(options));
}

}  // namespace

std::string closing_line(const Options& options, std::string_view source, std::uint64_t start,
                         std::uint64_t acquired) {
    const bool has_cursor = options.source.traits().can_repeat && start != 0;
    if (acquired == 0) {
        const std::string nothing = fmt::format("nothing new in {}: ", source);
        if (!has_cursor) return nothing + "no invoice was acquired";
        const auto before = count_before(options, source, acquired);
        const std::string which =
            before ? (*before == 1 ? "its only invoice was" : fmt::format("all {} invoices were", *before))
                   : fmt::format("all before position {} were", start);
        return fmt::format("{}{} acquired in earlier runs; {}", nothing, which, how_to_run_again(options));
    }
    if (!has_cursor || !options.once) return {};
    const auto before = count_before(options, source, acquired);
    if (!before) return {};
    return fmt::format("{} of {} {} skipped, because earlier runs had acquired {}; {}",
                       counted(*before, "invoice"), source, verb(*before, "was", "were"),
                       verb(*before, "it", "them"), how_to_run_again(options));
}

}  // namespace pipeline
