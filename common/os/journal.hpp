// SPDX-License-Identifier: Apache-2.0
// Log lines with fields. If the log is systemd's journal, this file sends a line's text and fields as one
// datagram in the journal's native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). It uses no library, because loading one would slow the start
// of each consumer.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/log.hpp"

namespace pipeline {

// Logs a line with fields. Omits a field with an empty value. The journal shows a field as
// INVOICE_PIPELINE_NAME=value, the field "id" as INVOICE_PIPELINE_INVOICE. If stderr is not the journal, or
// the journal does not take the datagram at once, writes the line as write_log() does.
void log_event(LogLevel level, const std::string& text, std::initializer_list<LogField> fields) noexcept;

// Logs a line about the invoice `id`, which must be printable. Throws std::bad_alloc.
template <class... Arguments>
void log_about(LogLevel level, std::string_view event, const std::string& id,
               fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (!is_logged(level)) return;
    log_event(level, fmt::format(format, std::forward<Arguments>(arguments)...),
              {{"event", std::string(event)}, {"id", id}});
}

// Returns the datagram for a line of `program`. Makes the texts in it printable. Throws std::bad_alloc.
[[nodiscard]] std::string journal_datagram(LogLevel level, std::string_view program, std::string_view text,
                                           std::span<const LogField> fields);

// Sends the datagram, without waiting, to the journal that listens at the socket `path`. Returns false if the
// journal did not take it.
[[nodiscard]] bool send_datagram(const char* path, std::string_view datagram) noexcept;

}  // namespace pipeline
