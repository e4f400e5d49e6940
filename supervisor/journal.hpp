// SPDX-License-Identifier: Apache-2.0
// Lines of the log that machines look for: beside their text they have fields, where the log is systemd's
// journal. There are two of this: journal_systemd.cpp, and journal_none.cpp for a build without libsystemd,
// whose lines are text alone.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "common/log.hpp"

namespace pipeline {

// In the journal it is INVOICE_PIPELINE_NAME=value; the names are in invoice-pipeline(7).
struct JournalField {
    std::string_view name;  // in capitals
    std::string value;
};

// As log(), with fields. One with an empty value is left out.
void log_event(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) noexcept;

}  // namespace pipeline
