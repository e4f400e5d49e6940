// SPDX-License-Identifier: Apache-2.0
// With libsystemd: fields where stderr goes to the journal anyhow, else the text alone.
#include <fmt/format.h>
#include <sys/uio.h>
// The location of this file says nothing that the text does not.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <exception>
#include <vector>

#include "supervisor/journal.hpp"

namespace pipeline {
namespace {

// False if the journal did not take it.
bool send_to_journal(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) {
    std::vector<std::string> lines{fmt::format("MESSAGE=supervisor: {}", text),
                                   fmt::format("PRIORITY={}", static_cast<int>(level))};
    for (const JournalField& field : fields) {
        if (!field.value.empty())
            lines.push_back(fmt::format("INVOICE_PIPELINE_{}={}", field.name, field.value));
    }
    std::vector<iovec> pieces;
    pieces.reserve(lines.size());
    for (std::string& line : lines) pieces.push_back({line.data(), line.size()});
    return ::sd_journal_sendv(pieces.data(), static_cast<int>(pieces.size())) == 0;
}

}  // namespace

void log_event(LogLevel level, const std::string& text, std::initializer_list<JournalField> fields) noexcept {
    if (!is_logged(level)) return;
    try {
        if (log_is_journal() && send_to_journal(level, text, fields)) return;
    } catch (const std::exception&) {  // no memory: the line needs none
    }
    write_log(level, text);
}

}  // namespace pipeline
