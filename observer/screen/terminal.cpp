// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/terminal.hpp"

#include <langinfo.h>
#include <ncurses.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <string>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

// Returns the ncurses colour pair of a style. Pairs begin at 1, because pair 0 is reserved.
short pair_of(Style style) noexcept {
    return static_cast<short>(static_cast<int>(style) + 1);
}

void define_colours() noexcept {
    if (!::has_colors()) return;
    ::start_color();
    ::use_default_colors();
    const auto define = [](Style style, short colour) { ::init_pair(pair_of(style), colour, -1); };
    define(Style::Plain, -1);
    define(Style::Faint, COLOR_CYAN);
    define(Style::Strong, -1);
    define(Style::Good, COLOR_GREEN);
    define(Style::Warn, COLOR_YELLOW);
    define(Style::Bad, COLOR_RED);
    define(Style::First, COLOR_BLUE);
    define(Style::Second, COLOR_MAGENTA);
    define(Style::Header, -1);
}

attr_t attributes_of(Style style) noexcept {
    switch (style) {
        case Style::Strong:
        case Style::Bad:
            return A_BOLD;
        case Style::Header:
            return A_REVERSE;
        case Style::Plain:
        case Style::Faint:
        case Style::Good:
        case Style::Warn:
        case Style::First:
        case Style::Second:
            break;
    }
    return A_NORMAL;
}

std::string in_ascii(const std::string& text) {
    std::string ascii;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            ascii += c;
        } else if ((byte & 0xc0U) != 0x80U) {
            ascii += '?';  // one per character
        }
    }
    return ascii;
}

}  // namespace

Terminal::Terminal() {
    std::setlocale(LC_CTYPE, "");
    has_unicode_ = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
    const bool is_known = ::newterm(nullptr, stdout, stdin) != nullptr;
    if (!is_known || ::tigetstr("cup") == nullptr) {  // a screen needs cursor addressing
        if (is_known) ::endwin();
        throw Failure(
            ExitStatus::Configuration,
            "$TERM names no terminal that can be a screen: set it, or use observer | cat for lines");
    }
    ::cbreak();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, TRUE);
    ::nodelay(stdscr, TRUE);
    ::curs_set(0);
    ::set_escdelay(25);
    define_colours();
}

Terminal::~Terminal() {
    ::endwin();
}

ScreenSize Terminal::size() const noexcept {
    return {getmaxy(stdscr), getmaxx(stdscr)};
}

void Terminal::show(const Picture& picture) {
    ::erase();
    for (const Picture::Piece& piece : picture.pieces()) {
        ::attr_set(attributes_of(piece.style), pair_of(piece.style), nullptr);
        mvaddstr(piece.row, piece.column, (has_unicode_ ? piece.text : in_ascii(piece.text)).c_str());
    }
    ::attr_set(A_NORMAL, 0, nullptr);
    ::refresh();
}

KeyPress Terminal::key() {
    ::wint_t code = 0;
    const int kind = ::get_wch(&code);
    if (kind == ERR) return {};
    if (kind == KEY_CODE_YES) {
        switch (code) {
            case KEY_UP:
                return {Key::Up, {}};
            case KEY_DOWN:
                return {Key::Down, {}};
            case KEY_PPAGE:
                return {Key::PageUp, {}};
            case KEY_NPAGE:
                return {Key::PageDown, {}};
            case KEY_HOME:
                return {Key::Home, {}};
            case KEY_END:
                return {Key::End, {}};
            case KEY_ENTER:
                return {Key::Enter, {}};
            case KEY_BACKSPACE:
            case KEY_LEFT:
                return {Key::Backspace, {}};
            case KEY_F(1):
                return {Key::Help, {}};
            case KEY_RESIZE:
                return {Key::Resize, {}};
            default:
                return {Key::Other, {}};
        }
    }
    if (code == '\r' || code == '\n') return {Key::Enter, {}};
    if (code == 0x1b) return {Key::Escape, {}};
    if (code == 0x08 || code == 0x7f) return {Key::Backspace, {}};
    if (code < 0x20) return {Key::Other, {}};
    std::array<char, MB_LEN_MAX> bytes{};
    std::mbstate_t state{};
    const std::size_t size = std::wcrtomb(bytes.data(), static_cast<wchar_t>(code), &state);
    if (size == static_cast<std::size_t>(-1)) return {Key::Other, {}};
    return {Key::Character, std::string(bytes.data(), size)};
}

}  // namespace pipeline
