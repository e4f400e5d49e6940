// SPDX-License-Identifier: Apache-2.0
#include "observer/web/serve.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "observer/judge/lookout.hpp"
#include "observer/rows/ledger_desk.hpp"
#include "observer/see/ticker.hpp"
#include "observer/web/clients.hpp"
#include "observer/web/http_answers.hpp"
#include "observer/web/listening_socket.hpp"
#include "observer/web/token.hpp"

namespace pipeline {
namespace {

// Limits the number of connections, so that descriptors are left for observing the pipeline, beside those of
// the files already open.
Clients::Bounds bounds() noexcept {
    constexpr rlim_t kOwn = 16;
    Clients::Bounds bounds;
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        const rlim_t left = files.rlim_cur > kOwn ? files.rlim_cur - kOwn : 1;
        bounds.connections = static_cast<std::size_t>(std::min<rlim_t>(bounds.connections, left));
    }
    return bounds;
}

// A descriptor that is readable whenever one of these is.
UniqueFd either(std::initializer_list<int> all) {
    UniqueFd both(::epoll_create1(EPOLL_CLOEXEC));
    for (const int fd : all) {
        epoll_event event{};
        event.events = EPOLLIN;
        if (!both || ::epoll_ctl(both.get(), EPOLL_CTL_ADD, fd, &event) != 0)
            throw system_failure(ExitStatus::InputOutput, "epoll", "for clients", errno);
    }
    return both;
}

}  // namespace

ExitStatus serve(const ObserverOptions& options) {
    std::optional<Token> token;
    if (!options.token_file.empty()) token = Token::read(options.token_file);
    Ticker ticker(options.interval);
    ListeningSocket socket =
        open_listening_socket(options.listen.value(), options.listen_anywhere, process_environment());
    Lookout lookout({options.name, options.lock_dirs});
    lookout.look();
    HttpAnswers answers(options.listen_anywhere, token);
    LedgerDesk desk;
    Clients* clients_later = nullptr;
    Clients clients(std::move(socket.fd), bounds(),
                    [&](std::string_view request, std::uint64_t number) -> std::optional<std::string> {
                        auto answer = answers.answer_to(
                            request, lookout.view(),
                            ledger_to_ask(options, lookout.view().now ? lookout.view().now->ledger : ""));
                        if (auto* text = std::get_if<std::string>(&answer)) return std::move(*text);
                        desk.ask(std::get<LedgerQuestion>(answer),
                                 [&, number, asked = std::string(request)](const LedgerAnswer& found) {
                                     clients_later->answer(number, answers.answer_with(asked, found));
                                 });
                        return std::nullopt;
                    });
    clients_later = &clients;
    const UniqueFd input = either({clients.fd(), desk.fd()});
    log(LogLevel::Info, "listening at http://{}/", socket.address.text());
    while (true) {
        switch (ticker.wait(input.get())) {
            case Ticker::Event::End:
                return ExitStatus::Drained;
            case Ticker::Event::Tick:
                lookout.look();
                break;
            case Ticker::Event::Input:
                desk.deliver();
                clients.serve();
                break;
        }
    }
}

}  // namespace pipeline
