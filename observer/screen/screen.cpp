// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/screen.hpp"

#include <unistd.h>

#include <algorithm>

#include "observer/judge/lookout.hpp"
#include "observer/screen/screen_picture.hpp"
#include "observer/screen/terminal.hpp"
#include "observer/see/ticker.hpp"

namespace pipeline {
namespace {

// The live view on a terminal: observes the pipeline, draws it, and handles keys.
class Screen {
  public:
    explicit Screen(const ObserverOptions& options) : lookout_({options.name, options.lock_dirs}) {
        state_.has_unicode = terminal_.has_unicode();
    }

    // Observes the pipeline even while the screen is paused, so that the history has no gap.
    void look() {
        lookout_.look();
        if (!state_.is_paused) shown_ = lookout_.view();
        draw();
    }
    // Handles all pending keys. Returns false if one of them asks to quit.
    bool take_keys() {
        for (Terminal::Key key = terminal_.key(); key != Terminal::Key::None; key = terminal_.key()) {
            if (key == Terminal::Key::Quit) return false;
            take(key);
        }
        draw();
        return true;
    }

  private:
    void draw() { terminal_.show(draw_screen(shown_, state_, terminal_.size())); }
    void scroll(int by) {
        state_.scrolled = std::clamp(state_.scrolled + by, 0, most_scrolled(shown_, terminal_.size()));
    }
    void take(Terminal::Key key) {
        const int page = std::max(1, terminal_.size().rows / 2);
        switch (key) {
            case Terminal::Key::Pause:
                state_.is_paused = !state_.is_paused;
                if (!state_.is_paused) shown_ = lookout_.view();
                break;
            case Terminal::Key::Sort:
                state_.order =
                    static_cast<SortOrder>((static_cast<std::size_t>(state_.order) + 1) % kSortOrders);
                break;
            case Terminal::Key::Help:
                state_.shows_help = !state_.shows_help;
                break;
            case Terminal::Key::Up:
                return scroll(-1);
            case Terminal::Key::Down:
                return scroll(1);
            case Terminal::Key::PageUp:
                return scroll(-page);
            case Terminal::Key::PageDown:
                return scroll(page);
            case Terminal::Key::Home:
                state_.scrolled = 0;
                break;
            case Terminal::Key::Other:
                state_.shows_help = false;
                break;
            case Terminal::Key::None:
            case Terminal::Key::Quit:
            case Terminal::Key::Resize:
                break;
        }
    }

    Terminal terminal_;
    Lookout lookout_;
    View shown_;
    ScreenState state_;
};

}  // namespace

ExitStatus show_screen(const ObserverOptions& options) {
    Ticker ticker(options.interval);
    Screen screen(options);
    screen.look();
    while (true) {
        switch (ticker.wait(STDIN_FILENO)) {
            case Ticker::Event::End:
                return ExitStatus::Drained;
            case Ticker::Event::Tick:
                screen.look();
                break;
            case Ticker::Event::Input:
                if (!screen.take_keys()) return ExitStatus::Drained;
                break;
        }
    }
}

}  // namespace pipeline
