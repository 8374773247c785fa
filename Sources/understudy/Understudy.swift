import ArgumentParser

@main
struct Understudy: AsyncParsableCommand {
    func run() async throws {}
}
