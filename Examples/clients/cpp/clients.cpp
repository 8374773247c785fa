// cmake -B build -DCMAKE_TOOLCHAIN_FILE=$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake && cmake --build build
// build/clients managed     build/clients workload
//
// Workload identity talks to the authority; on Linux this SDK trusts the system's certificates only (understudy env trust).
// Of a managed identity's token it tells half the time, for then it will ask again.

#include <azure/identity.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

int main(int count, char** arguments) {
  using namespace Azure::Identity;
  std::string const kind = count > 1 ? arguments[1] : "managed";
  std::shared_ptr<Azure::Core::Credentials::TokenCredential> credential;
  if (kind == "workload") {
    credential = std::make_shared<WorkloadIdentityCredential>();
  } else {
    credential = std::make_shared<ManagedIdentityCredential>();
  }
  Azure::Core::Credentials::TokenRequestContext request;
  request.Scopes = {"https://vault.azure.net/.default"};
  auto const token = credential->GetToken(request, Azure::Core::Context{});
  auto const until = std::chrono::system_clock::time_point(token.ExpiresOn);
  std::cout << kind << " identity: a token until " << std::chrono::system_clock::to_time_t(until) << '\n';
}
