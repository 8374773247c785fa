import Surroundings
import Testing
import WireFormats

@Suite struct CivilTimeTests {
    @Test(
        "dates, over leap years, centuries and the epoch, both ways",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z", 4), (-1, "1969-12-31T23:59:59Z", 3), (951_782_399, "2000-02-28T23:59:59Z", 1),
            (951_782_400, "2000-02-29T00:00:00Z", 2), (951_868_800, "2000-03-01T00:00:00Z", 3), (1_709_164_800, "2024-02-29T00:00:00Z", 4),
            (1_735_689_599, "2024-12-31T23:59:59Z", 2), (1_770_715_293, "2026-02-10T09:21:33Z", 2),
            (4_107_542_400, "2100-03-01T00:00:00Z", 1),
            (-2_203_891_200, "1900-03-01T00:00:00Z", 4), (253_402_300_799, "9999-12-31T23:59:59Z", 5),
        ])
    func dates(seconds: Int64, text: String, weekday: Int) {
        let time = CivilTime(UnixSeconds(seconds))
        #expect(time.rfc3339 == text)
        #expect(time.weekday == weekday)
        #expect(UnixSeconds(rfc3339: text) == UnixSeconds(seconds))
    }

    @Test("every day from 1896 to 2104 comes back, and the days follow one another")
    func everyDay() {
        var day = Int64(-27_028)
        var previous = CivilTime(UnixSeconds((day - 1) * 86_400))
        while day < 49_308 {
            let instant = UnixSeconds(day * 86_400 + 43_261)
            let time = CivilTime(instant)
            if UnixSeconds(rfc3339: time.rfc3339) != instant { Issue.record("\(time.rfc3339) does not come back") }
            if time.weekday != (previous.weekday + 1) % 7 { Issue.record("\(time.rfc3339) has weekday \(time.weekday)") }
            let follows =
                time.day == previous.day + 1 ? time.month == previous.month : time.day == 1 && time.month == previous.month % 12 + 1
            if !follows { Issue.record("\(time.rfc3339) does not follow \(previous.rfc3339)") }
            previous = time
            day += 1
        }
    }

    @Test("writes HTTP's and Entra's forms")
    func forms() {
        let time = CivilTime(UnixSeconds(1_770_715_293))
        #expect(time.httpDate == "Tue, 10 Feb 2026 09:21:33 GMT")
        #expect(time.entraTimestamp == "2026-02-10 09:21:33Z")
        #expect(time.appServiceTimestamp == "02/10/2026 09:21:33 +00:00")
    }

    @Test("drops a fraction of a second", arguments: ["2026-02-10T09:21:33.9Z", "2026-02-10T09:21:33.123456789012345678901234567890Z"])
    func fraction(text: String) { #expect(UnixSeconds(rfc3339: text) == UnixSeconds(1_770_715_293)) }

    @Test(
        "refuses what is no time in UTC",
        arguments: [
            "", "2026-02-10", "2026-02-10T09:21:33", "2026-02-10 09:21:33Z", "2026-02-10T09:21:33+00:00", "2026-2-10T09:21:33Z",
            "2026-13-10T09:21:33Z", "2026-00-10T09:21:33Z", "2026-02-00T09:21:33Z", "2026-02-32T09:21:33Z", "2026-02-10T24:21:33Z",
            "2026-02-10T09:60:33Z", "2026-02-10T09:21:61Z", "2026-02-10T09:21:33.Z", "2026-02-10T09:21:33.xZ", "2o26-02-10T09:21:33Z",
            "2026-02-10T09:21:33.123456789012345678901234567890xZ", "2026-02-30T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "1900-02-29T00:00:00Z",
        ])
    func refusals(text: String) { #expect(UnixSeconds(rfc3339: text) == nil) }
}
