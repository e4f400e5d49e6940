// SPDX-License-Identifier: Apache-2.0
// Log lines for machines. If the log is systemd's journal, a line carries fields beside its text, and this
// file sends both as one datagram in the journal's native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). It uses no library, because loading one would slow the start
// of each consumer.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "common/base/log.hpp"

namespace pipeline {

// One field. The journal shows it as INVOICE_PIPELINE_NAME=value; invoice-pipeline(7) lists the names.
struct JournalField {
    std::string_view name;  // in capitals
    std::string value;
};

// Logs a line with fields. Omits a field with an empty value. If stderr is not the journal, or the journal
// does not take the datagram at once, writes the text alone, as log() does.
void log_event(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) noexcept;

// Returns the datagram for a line of `program`. Makes the texts in it printable. Throws std::bad_alloc.
[[nodiscard]] std::string journal_datagram(LogLevel level, std::string_view program, std::string_view text,
                                           std::span<const JournalField> fields);

// Sends the datagram, without waiting, to the journal that listens at the socket `path`. Returns false if the
// journal did not take it.
[[nodiscard]] bool send_datagram(const char* path, std::string_view datagram) noexcept;

}  // namespace pipeline
