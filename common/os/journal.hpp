// SPDX-License-Identifier: Apache-2.0
// Lines of the log that machines look for: beside their text they have fields, where the log is systemd's
// journal. They go to it as its native protocol says (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): one
// datagram a line. That needs no library, which would cost each consumer a part of its quick start.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "common/base/log.hpp"

namespace pipeline {

// In the journal it is INVOICE_PIPELINE_NAME=value; the names are in invoice-pipeline(7).
struct JournalField {
    std::string_view name;  // in capitals
    std::string value;
};

// As log(), with fields. One with an empty value is left out. A journal that does not take the datagram at
// once gets the text alone, as log() gives it.
void log_event(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) noexcept;

// The datagram of a line of `program`. Texts are made printable. Throws std::bad_alloc.
[[nodiscard]] std::string journal_datagram(LogLevel level, std::string_view program, std::string_view text,
                                           std::span<const JournalField> fields);

// Sends it to the journal that listens at the socket `path`, without waiting; false if it did not take it.
[[nodiscard]] bool send_datagram(const char* path, std::string_view datagram) noexcept;

}  // namespace pipeline
