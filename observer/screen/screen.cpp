// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/screen.hpp"

#include <unistd.h>

#include <algorithm>

#include "observer/judge/lookout.hpp"
#include "observer/rows/ledger_desk.hpp"
#include "observer/screen/screen_picture.hpp"
#include "observer/screen/terminal.hpp"
#include "observer/see/ticker.hpp"

namespace pipeline {
namespace {

// The live view on a terminal: observes the pipeline, draws it, and handles keys.
class Screen {
  public:
    explicit Screen(const ObserverOptions& options)
        : options_(options), lookout_({options.name, options.lock_dirs}) {
        state_.has_unicode = terminal_.has_unicode();
    }

    [[nodiscard]] int fd() const noexcept { return desk_.fd(); }

    // Observes the pipeline even while the screen is frozen, so that the history has no gap.
    void look() {
        lookout_.look();
        if (!state_.is_frozen) shown_ = lookout_.view();
        draw();
    }
    // Handles all pending keys and answers. Returns false if a key asks to quit.
    bool take_input() {
        desk_.deliver();
        for (KeyPress press = terminal_.key(); press.key != Key::None; press = terminal_.key()) {
            if (!state_.lookup.is_typing() && (press.is("q") || press.is("Q"))) return false;
            take(press);
        }
        draw();
        return true;
    }

  private:
    void draw() {
        if (const auto question =
                state_.lookup.next_question(ledger_to_ask(options_, shown_.now ? shown_.now->ledger : ""),
                                            Lookup::TimePoint::clock::now()))
            desk_.ask(*question, [this, asked = *question](const LedgerAnswer& answer) {
                state_.lookup.take_answer(asked, answer);
            });
        terminal_.show(draw_screen(shown_, state_, terminal_.size()));
    }
    void scroll(int by) {
        state_.scrolled = std::clamp(state_.scrolled + by, 0, most_scrolled(shown_, terminal_.size()));
    }
    void take(const KeyPress& press) {
        state_.shows_help = state_.shows_help && press.key == Key::Resize;
        const int rows = terminal_.size().rows;
        if (state_.lookup.is_typing() || (state_.lookup.is_open() && state_.lookup.take(press, rows - 4))) {
            if (state_.lookup.is_typing()) static_cast<void>(state_.lookup.take(press, rows - 4));
            return;
        }
        const int page = std::max(1, rows / 2);
        switch (press.key) {
            case Key::Character:
                return take_command(press);
            case Key::Help:
                state_.shows_help = true;
                return;
            case Key::Up:
                return scroll(-1);
            case Key::Down:
                return scroll(1);
            case Key::PageUp:
                return scroll(-page);
            case Key::PageDown:
                return scroll(page);
            case Key::Home:
                state_.scrolled = 0;
                return;
            case Key::None:
            case Key::Enter:
            case Key::Escape:
            case Key::Backspace:
            case Key::End:
            case Key::Resize:
            case Key::Other:
                return;
        }
    }
    void take_command(const KeyPress& press) {
        if (press.is("f")) return state_.lookup.toggle_groups();
        if (press.is("/")) return state_.lookup.begin_search();
        if (press.is("p") || press.is(" ")) {
            state_.is_frozen = !state_.is_frozen;
            if (!state_.is_frozen) shown_ = lookout_.view();
        } else if (press.is("s")) {
            state_.order = static_cast<SortOrder>((static_cast<std::size_t>(state_.order) + 1) % kSortOrders);
        } else if (press.is("?") || press.is("h")) {
            state_.shows_help = true;
        } else if (press.is("k")) {
            scroll(-1);
        } else if (press.is("j")) {
            scroll(1);
        }
    }

    const ObserverOptions& options_;
    Terminal terminal_;
    Lookout lookout_;
    LedgerDesk desk_;
    View shown_;
    ScreenState state_;
};

}  // namespace

ExitStatus show_screen(const ObserverOptions& options) {
    Ticker ticker(options.interval);
    Screen screen(options);
    screen.look();
    while (true) {
        switch (ticker.wait(STDIN_FILENO, screen.fd())) {
            case Ticker::Event::End:
                return ExitStatus::Drained;
            case Ticker::Event::Tick:
                screen.look();
                break;
            case Ticker::Event::Input:
                if (!screen.take_input()) return ExitStatus::Drained;
                break;
        }
    }
}

}  // namespace pipeline
