#pragma once

// Only what Swift cannot say: curl_easy_setopt and curl_easy_getinfo are variadic macros, so each kind of argument gets
// a function; and the thread a transfer runs on.
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

typedef size_t (*understudy_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*understudy_curl_progress_callback)(
    void *context, curl_off_t downloadTotal, curl_off_t downloaded, curl_off_t uploadTotal, curl_off_t uploaded);

static inline CURLcode understudy_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_bytes(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_data_callback(
    CURL *handle, CURLoption option, understudy_curl_data_callback value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode understudy_curl_set_progress_callback(CURL *handle, understudy_curl_progress_callback value) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}
static inline CURLcode understudy_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

// CURL_GLOBAL_DEFAULT is a macro over macros.
static inline CURLcode understudy_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// A detached thread that takes no signals; 0 when it runs. With CURLOPT_NOSIGNAL (which threads need) libcurl leaves
// SIGPIPE to us, and OpenSSL writes without MSG_NOSIGNAL: a peer that hangs up would end the process. The signal goes to
// the writing thread, where it stays blocked. The stack is what a transfer needs, not the usual 8 MiB.
static inline int understudy_start_thread(void *(*body)(void *), void *context) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    int result = pthread_attr_init(&attributes);
    if (result != 0) return result;
    sigfillset(&all);
    result = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (result == 0) result = pthread_attr_setstacksize(&attributes, 1 << 20);
    if (result == 0) result = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (result == 0) {
        result = pthread_create(&thread, &attributes, body, context);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return result;
}
