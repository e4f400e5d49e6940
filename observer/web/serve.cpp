// SPDX-License-Identifier: Apache-2.0
#include "observer/web/serve.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "common/base/log.hpp"
#include "observer/judge/lookout.hpp"
#include "observer/see/ticker.hpp"
#include "observer/web/clients.hpp"
#include "observer/web/http_answers.hpp"
#include "observer/web/listening_socket.hpp"

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

}  // namespace

ExitStatus serve(const ObserverOptions& options) {
    Ticker ticker(options.interval);
    ListeningSocket socket =
        open_listening_socket(options.listen.value(), options.listen_anywhere, process_environment());
    Lookout lookout({options.name, options.lock_dirs});
    lookout.look();
    HttpAnswers answers(options.listen_anywhere);
    Clients clients(std::move(socket.fd), bounds(),
                    [&](std::string_view request) { return answers.answer_to(request, lookout.view()); });
    log(LogLevel::Info, "listening at http://{}/", socket.address.text());
    while (true) {
        switch (ticker.wait(clients.fd())) {
            case Ticker::Event::End:
                return ExitStatus::Drained;
            case Ticker::Event::Tick:
                lookout.look();
                break;
            case Ticker::Event::Input:
                clients.serve();
                break;
        }
    }
}

}  // namespace pipeline
