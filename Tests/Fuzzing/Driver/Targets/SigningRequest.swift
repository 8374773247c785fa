/// A body of `issuecredential` that the rich world grants to its identity `reader`; the key was thrown away.
///
/// Subject, machine and the proof of possession must all fit, which no mutation would ever come upon.
enum SigningRequest {
    static let target = "/metadata/identity/issuecredential?cred-api-version=2.0&client_id=11111111-aaaa-4000-8000-000000000001"

    static let body = #"{"csr":""# + base64 + #"","attestation_token":""}"#

    private static let base64 =
        """
        MIIDTzCCAgMCAQAwZTEtMCsGA1UEAwwkMTExMTExMTEtYWFhYS00MDAwLTgwMDAtMDAwMDAwMDAwMDAxMTQwMgYKCZImiZPyLGQBGRYkMTExMTExMTEtYWFh\
        YS00MDAwLTgwMDAtMDAwMDAwMDAwMDA1MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA9Pt1k5UpQzd5LtJ4egxtzQZ4Q4yv8ED0LEpuMzx121Sn\
        ZJzlho8SBKvTTFFCuOBzj074MUMw4T9scKXBYyoz0Q5lMN0T0N50ImiVsCgR1jhxWKhlmCB3ThUkcWhk2Fn/rZS/1/VwDcNoJRydPUkxHDy+0Z8efLyOcm2Y\
        UqyToLVKDxpgj9e77X+XRRzWnqyLGlxu7YF3L1qsL9rwmCbcPM3wiUS+nZQ0qWhmZANqvZY1wCP9y3LQRQCNc7ZU+qqD1sKuRXYN7DnED+0Q7ZCKJEfwWHoC\
        aloOYk/uVcHNufAGmBPYO8AzuAmKXjM5rJDPiriz7nvQX3+Y1/cHmMO7CQIDAQABoHEwbwYKKwYBBAGCN1oCCjFhDF97InZtSWQiOiIxMTExMTExMS1hYWFh\
        LTQwMDAtODAwMC0wMDAwMDAwMDAwMDQiLCJ2bXNzSWQiOiJjNmEzNDQxOS1mMGYzLTQ1ZmYtOWE2MS1iYjZkODcwN2NiNDMifTBBBgkqhkiG9w0BAQowNKAP\
        MA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASADggEBAMVMlF/MapK5swXVL8lz4wXOZ01a2w2QjAzHcBUvmvLRW9vK\
        AhUx7uRx1IkJMuZPKgoGbkS40LDbRBAEEuJ5B4OlV0a9wDofmWOYkp5317U0cTaYDo6Cj50Hr5mRqqBlljz2HHcC1BO8r9oeWnVFTy4ML44BM4zf3dWh7w0L\
        FudS+4AetYLU15VAY3efP+G7oSjyT31fF2l0VGSlDxbKlVHz0Ar+Q6Stv4R9NDOZKBZq/z46/Oo//17qMlEoSAlydiIXsIsASFsYvK2YCQpUpBtE0DSHGaq+\
        Ww0j26DhqXRkH9fD7rXG0f/Ph8v821zWTxekIMQth5SHMNz/AyCGRFM=
        """
}
