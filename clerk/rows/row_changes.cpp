// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/row_changes.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "common/base/output.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kMostNamed = 20;

}  // namespace

ExitStatus tell_of_changes(const std::vector<RowChange>& changes,
                           const std::function<std::string(std::uint64_t)>& done,
                           const std::function<std::string(const RowChange&)>& why_not) {
    using Result = RowChange::Result;
    std::uint64_t changed = 0;
    std::uint64_t others = 0;
    std::uint64_t unknown = 0;
    std::string text;
    for (const RowChange& change : changes) {
        if (change.result == Result::Changed) {
            ++changed;
            continue;
        }
        if (change.result == Result::Unknown) ++unknown;
        if (++others > kMostNamed) continue;
        // A known id is in its printable form already.
        text += change.result == Result::Unknown
                    ? fmt::format("{}: the ledger does not know it\n", in_quotes(change.id))
                    : fmt::format("'{}': {}\n", change.id, why_not(change));
    }
    if (others > kMostNamed) text += fmt::format("and {} more like these\n", others - kMostNamed);
    if (changed != 0) text += done(changed) + "\n";
    print_output(text);
    return unknown == 0 ? ExitStatus::Drained : ExitStatus::NoInput;
}

}  // namespace pipeline
