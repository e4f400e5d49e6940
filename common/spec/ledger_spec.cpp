// SPDX-License-Identifier: Apache-2.0
#include "common/spec/ledger_spec.hpp"

#include <array>

#include "common/spec/address/ledger_url.hpp"
#include "common/spec/spec_rows.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

// One row for each kind, in the order of LedgerSpec::Kind.
constexpr std::array<LedgerTraits, 3> kLedgers = {
    {{.kind = LedgerSpec::Kind::Sqlite,
      .word = "sqlite",
      .argument = SpecArgument::Path,
      .forms = "sqlite:FILE"},
     {.kind = LedgerSpec::Kind::Postgresql,
      .word = "postgresql",
      .argument = SpecArgument::Url,
      .forms = "postgresql://..."},
     {.kind = LedgerSpec::Kind::None, .word = "none", .argument = SpecArgument::None, .forms = "none"}}};
static_assert(are_in_order(kLedgers));

}  // namespace

const LedgerTraits& LedgerSpec::traits() const noexcept {
    return kLedgers[static_cast<std::size_t>(kind)];
}

bool LedgerSpec::has_file() const noexcept {
    return traits().argument == SpecArgument::Path;
}

LedgerSpec parse_ledger(std::string_view text) {
    // libpq accepts this word as well.
    if (constexpr std::string_view kShort = "postgres:"; text.starts_with(kShort))
        return {LedgerSpec::Kind::Postgresql,
                {},
                parse_after("postgres", text.substr(kShort.size()), parse_postgresql_url)};
    const auto found = match(kLedgers, text);
    if (found.row == nullptr) refuse(kLedgers);
    if (!found.has_argument) return {found.row->kind, {}};
    if (found.row->argument == SpecArgument::Url)
        return {found.row->kind, {}, parse_after(found.row->word, found.argument, parse_postgresql_url)};
    return {found.row->kind, parse_after(found.row->word, found.argument, parse_path)};
}

std::string LedgerSpec::text() const {
    if (!url.empty()) return url;
    return std::string(traits().word) + (has_file() ? ":" + path.native() : "");
}

std::string_view ledger_file_of(std::string_view text) noexcept {
    const auto found = match(kLedgers, text);
    const bool is_file = found.row != nullptr && found.row->argument == SpecArgument::Path;
    return is_file ? found.argument : std::string_view();
}

std::vector<std::string> ledger_words() {
    return words_of(kLedgers);
}

std::string ledger_forms() {
    return all_forms(kLedgers);
}

}  // namespace pipeline
