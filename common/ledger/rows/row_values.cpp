// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/rows/row_values.hpp"

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/ledger/ledger_id.hpp"

namespace pipeline {
namespace {

static_assert(kDetailTags.front() != 0 && std::is_sorted(kDetailTags.begin(), kDetailTags.end()) &&
                  kDetailTags.back() < kTermTags.front() &&
                  std::is_sorted(kTermTags.begin(), kTermTags.end()) &&
                  kTermTags.back() < sealed_tag("repeats") && sealed_tag("repeats") < sealed_tag("result"),
              "each of them is sealed, and written in the order of the tags");

std::vector<std::string_view> columns_of(RowForm form) {
    std::vector<std::string_view> columns{"id",       "position",    "status", "attempts",
                                          "consumer", "acquired_at", "record"};
    if (form == RowForm::Plain) return columns;
    columns.insert(columns.end(), {"started_at", "worked_us", "exit_status"});
    if (form == RowForm::Worked) return columns;
    for (const DetailField& field : kDetailFields) columns.push_back(field.name);
    columns.insert(columns.end(), kTermNames.begin(), kTermNames.end());
    columns.insert(columns.end(),
                   {"repeats", "result", "output", "round", "due_at", "failures", "first_failed_at"});
    return columns;
}

}  // namespace

RowForm row_form_of(const Record& record) noexcept {
    if (record.has_details() || record.has_extra()) return RowForm::Full;
    if (!record.has_attempt()) return RowForm::Plain;
    const Attempt& attempt = record.attempt;
    const bool is_first = !attempt.is_given_again() && attempt.failures == 0 && attempt.first_failed_us == 0;
    return is_first && record.status != Status::Waiting ? RowForm::Worked : RowForm::Full;
}

const std::vector<std::string_view>& row_columns(RowForm form) {
    static const std::array<std::vector<std::string_view>, 3> kColumns{
        columns_of(RowForm::Plain), columns_of(RowForm::Worked), columns_of(RowForm::Full)};
    return kColumns[static_cast<std::size_t>(form)];
}

void RowValues::begin(const CommitContext& context) {
    clock_ = context.clock;
    sealed_.clear();
    sealed_.add(sealed_tag("source"), context.source);
    sealed_.add(sealed_tag("stored_at"), context.clock.now_us());
    sealed_.add(sealed_tag("generation"), static_cast<std::int64_t>(context.generation));
    sealed_.keep();
}

std::string_view RowValues::stored_form(std::string_view id) {
    if (is_plain_id(id)) return id;
    shown_id_ = printable(id);
    return shown_id_;
}

// The column is a text: if an output is not UTF-8, its odd bytes are escaped, as safe_lines() does.
std::string_view RowValues::shown_output(std::string_view output) {
    if (is_readable_utf8(output)) return output;
    shown_output_ = safe_lines(output);
    return shown_output_;
}

}  // namespace pipeline
