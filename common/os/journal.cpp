// SPDX-License-Identifier: Apache-2.0
#include "common/os/journal.hpp"

#include <errno.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <exception>
#include <iterator>

#include "common/base/fd.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

// The field's name in the journal, which knows no small letters.
std::string journal_name(std::string_view name) {
    std::string capitals = "INVOICE_PIPELINE_";
    if (name == "id") return capitals + "INVOICE";
    for (const char c : name) capitals += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return capitals;
}

}  // namespace

std::string journal_datagram(LogLevel level, std::string_view program, std::string_view text,
                             std::span<const LogField> fields) {
    std::string datagram = fmt::format("MESSAGE={0}: {1}\nPRIORITY={2}\nSYSLOG_IDENTIFIER={0}\n", program,
                                       safe_line(text), static_cast<int>(level));
    for (const LogField& field : fields) {
        if (field.value.empty()) continue;
        fmt::format_to(std::back_inserter(datagram), "{}={}\n", journal_name(field.name),
                       safe_line(field.value));
    }
    return datagram;
}

bool send_datagram(const char* path, std::string_view datagram) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(path) >= sizeof address.sun_path) return false;
    std::strcpy(address.sun_path, path);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return socket && ::sendto(socket.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0;
}

void log_event(LogLevel level, const std::string& text, std::initializer_list<LogField> fields) noexcept {
    if (!is_logged(level)) return;
    try {
        if (log_is_journal() &&
            send_datagram(kJournalSocket, journal_datagram(level, log_program(), text, fields)))
            return;
    } catch (const std::exception&) {  // out of memory; write_log() below needs no memory
    }
    write_log(level, text, fields);
}

}  // namespace pipeline
