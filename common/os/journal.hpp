// SPDX-License-Identifier: Apache-2.0
// Log lines for machines: if the log is systemd's journal, they carry fields beside their text. They use its
// native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): one datagram per line. That needs no
// library, which would slow the start of each consumer.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "common/base/log.hpp"

namespace pipeline {

// Appears in the journal as INVOICE_PIPELINE_NAME=value; invoice-pipeline(7) lists the names.
struct JournalField {
    std::string_view name;  // in capitals
    std::string value;
};

// As log(), with fields. Omits a field with an empty value. If the journal does not take the datagram at
// once, sends the text alone, as log() does.
void log_event(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) noexcept;

// The datagram for a line of `program`. Makes the texts printable. Throws std::bad_alloc.
[[nodiscard]] std::string journal_datagram(LogLevel level, std::string_view program, std::string_view text,
                                           std::span<const JournalField> fields);

// Sends it to the journal that listens at the socket `path`, without waiting; false if the journal did not
// take it.
[[nodiscard]] bool send_datagram(const char* path, std::string_view datagram) noexcept;

}  // namespace pipeline
