// SPDX-License-Identifier: Apache-2.0
#include "common/base/log_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ctime>

#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kCut = "...";
constexpr std::string_view kEvent = "event";
constexpr std::string_view kPlainEvent = "message";
// The bytes that the end of an object needs: ,"message":"..."}
constexpr std::size_t kEndBytes = 32;
// The longest value of a field, with its quotes, so that several of them fit beside the message.
constexpr std::size_t kMostValueBytes = 1024;

void append_seconds(LogLine& line, const std::tm& time, std::string_view between) noexcept {
    line.append_number(time.tm_year + 1900, 4);
    line.append("-");
    line.append_number(time.tm_mon + 1, 2);
    line.append("-");
    line.append_number(time.tm_mday, 2);
    line.append(between);
    line.append_number(time.tm_hour, 2);
    line.append(":");
    line.append_number(time.tm_min, 2);
    line.append(":");
    line.append_number(time.tm_sec, 2);
    line.append(".");
}

void append_local_time(LogLine& line) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm local{};
    ::localtime_r(&now.tv_sec, &local);
    append_seconds(line, local, " ");
    line.append_number(now.tv_nsec / 1'000'000, 3);
}

void append_utc(LogLine& line) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm utc{};
    ::gmtime_r(&now.tv_sec, &utc);
    append_seconds(line, utc, "T");
    line.append_number(now.tv_nsec / 1000, 6);
    line.append("Z");
}

void append_field(LogLine& line, const LogField& field) noexcept {
    const std::size_t around = field.name.size() + 4;  // ,"":
    if (field.value.empty() || line.free_bytes() < around + kMostValueBytes + kEndBytes) return;
    line.append(",\"");
    line.append(field.name);
    line.append("\":");
    if (field.is_number) {
        line.append(field.value);
    } else {
        line.append_json(field.value, kMostValueBytes);
    }
}

}  // namespace

// Cuts the text so that with "..." it ends before `end`, if it is too long.
void LogLine::append_within(std::size_t end, Escape escape, std::string_view text) noexcept {
    std::size_t safe = size_;  // the last length at which "..." still fits
    while (!text.empty()) {
        const PrintableChar character = first_printable(text);
        std::array<char, 2 * sizeof character.bytes> shown{};
        std::size_t size = 0;
        for (const char c : character.shown()) {
            if (escape == Escape::Json && (c == '"' || c == '\\')) shown[size++] = '\\';
            shown[size++] = c;
        }
        if (size_ + kCut.size() <= end) safe = size_;
        if (size_ + size > end) {
            const std::size_t cut = std::min(kCut.size(), end - safe);
            std::memcpy(bytes_.data() + safe, kCut.data(), cut);
            size_ = safe + cut;
            return;
        }
        std::memcpy(bytes_.data() + size_, shown.data(), size);
        size_ += size;
        text.remove_prefix(character.taken);
    }
}

void LogLine::append(std::string_view text) noexcept {
    append_within(kRoom, Escape::No, text);
}

void LogLine::erase_rest() noexcept {
    for (const char c : std::string_view("\033[K")) bytes_[size_++] = c;
}

void LogLine::append_number(std::int64_t number, std::size_t width) noexcept {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto count = static_cast<std::size_t>(end - digits.data());
    for (std::size_t i = count; i < width; ++i) append("0");
    append(std::string_view(digits.data(), count));
}

void LogLine::append_json(std::string_view text, std::size_t most) noexcept {
    const std::size_t end = size_ + most - 1;
    append("\"");
    append_within(end, Escape::Json, text);
    append("\"");
}

std::string_view LogLine::finish() noexcept {
    bytes_[size_++] = '\n';
    return {bytes_.data(), size_};
}

void append_for_people(LogLine& line, const LogEntry& entry) noexcept {
    append_local_time(line);
    line.append(" ");
    line.append(entry.program);
    line.append("[");
    line.append_number(::getpid());
    line.append("] ");
    line.append(to_text(entry.level));
    line.append(": ");
    line.append(entry.text);
}

void append_for_journal(LogLine& line, const LogEntry& entry) noexcept {
    line.append("<");
    line.append_number(static_cast<int>(entry.level));
    line.append(">");
    line.append(entry.program);
    line.append(": ");
    line.append(entry.text);
}

void append_as_json(LogLine& line, const LogEntry& entry, std::span<const LogField> fields) noexcept {
    line.append("{\"time\":\"");
    append_utc(line);
    line.append("\",\"level\":\"");
    line.append(to_text(entry.level));
    line.append("\",\"program\":");
    line.append_json(entry.program, kMostValueBytes);
    line.append(",\"pid\":");
    line.append_number(::getpid());
    const auto event = std::find_if(fields.begin(), fields.end(),
                                    [](const LogField& field) { return field.name == kEvent; });
    line.append(",\"event\":");
    line.append_json(event == fields.end() ? kPlainEvent : std::string_view(event->value), kMostValueBytes);
    for (const LogField& field : fields) {
        if (field.name != kEvent) append_field(line, field);
    }
    line.append(",\"message\":");
    line.append_json(entry.text, line.free_bytes() - 1);
    line.append("}");
}

}  // namespace pipeline
