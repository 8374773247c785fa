extension HTMLPage {
    /// The page's style: two sets of colours, each with a contrast of 4.5 at least, and one narrow and one wide form.
    static let style: Markup = """

        :root{color-scheme:light dark;
        --ground:#f4f6f9;--card:#fff;--text:#18202b;--quiet:#525e6d;--line:#dce1e8;--link:#0a58b5;
        --blocker:#a4121f;--blocker-ground:#fde9ea;--blocker-full:#b3202c;--warning:#774800;--warning-ground:#fdf0d3;--warning-full:#e2a62b;
        --note:#1b4f95;--note-ground:#e7f0fb;--note-full:#5b8fd6;--pass:#17633a;--pass-ground:#e3f4e9;--pass-full:#3c9a63;
        --unknown:#4c5766;--unknown-ground:#e9edf2;--unknown-full:#b5bfcb;--clear-full:#1d7a48}
        @media (prefers-color-scheme:dark){:root{
        --ground:#10141a;--card:#181e26;--text:#e5eaf1;--quiet:#a4b0be;--line:#2c3541;--link:#86b9ff;
        --blocker:#ffa3a6;--blocker-ground:#421a1f;--blocker-full:#d9525b;--warning:#f4c978;--warning-ground:#3a2c10;--warning-full:#c68f22;
        --note:#a3caff;--note-ground:#182f4c;--note-full:#5b8fd6;--pass:#8adba6;--pass-ground:#143322;--pass-full:#3c9a63;
        --unknown:#b9c3cf;--unknown-ground:#262e38;--unknown-full:#56616e;--clear-full:#2e9a60}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;background:var(--ground);color:var(--text);overflow-wrap:anywhere;
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
        a{color:var(--link);text-underline-offset:.15em}
        a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
        h1,h2,h3,h4,p,ul,ol,dl,dd{margin:0}
        h1{font-size:clamp(1.6rem,1.1rem + 2.4vw,2.5rem);line-height:1.15;letter-spacing:-.015em}
        h2{font-size:1.35rem;line-height:1.25;margin-bottom:.75rem}
        h3{font-size:1.05rem;line-height:1.3;margin:1.75rem 0 .6rem}
        h4{font-size:1rem;font-weight:600}
        code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        abbr{text-decoration:none}
        .hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip:focus{position:absolute;left:1rem;top:1rem;background:var(--card);padding:.5rem .75rem;border-radius:6px}
        .inner,main,footer{max-width:76rem;margin:0 auto;padding:0 clamp(.9rem,3vw,2rem)}
        .cover{background:var(--card);border-bottom:1px solid var(--line);border-top:6px solid var(--clear-full);padding:2rem 0 1rem}
        .cover.blocked{border-top-color:var(--blocker-full)}
        .kicker{color:var(--quiet);font-size:.85rem;margin-bottom:.4rem}
        .lead{font-size:1.1rem;margin-top:.75rem;max-width:46rem}
        .facts{margin-top:1rem;padding-left:1.1rem;color:var(--quiet);font-size:.92rem}
        .made{margin-top:.5rem;color:var(--quiet);font-size:.92rem}
        nav ul{display:flex;flex-wrap:wrap;gap:.4rem 1.25rem;list-style:none;padding:1rem 0 0}
        main{padding-top:2rem}
        section{margin-bottom:3rem}
        .tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:.75rem}
        .tile{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--unknown-full);border-radius:8px;padding:.7rem .9rem}
        .tile.blocker{border-left-color:var(--blocker-full)}.tile.warning{border-left-color:var(--warning-full)}
        .tile.note{border-left-color:var(--note-full)}
        .tile dt{font-size:.9rem;font-weight:600}
        .tile dd{color:var(--quiet);font-size:.88rem}
        .tile strong{display:block;font-size:2rem;line-height:1.15;color:var(--text);font-variant-numeric:tabular-nums}
        .tile.blocker strong{color:var(--blocker)}
        .answers{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem .9rem;margin-top:.75rem}
        .answers h3{margin:0 0 .5rem;font-size:.9rem}
        .bar{display:flex;height:.8rem;border-radius:4px;overflow:hidden;gap:2px}
        .bar .pass,.dot.pass{background:var(--pass-full)}.bar .fail,.dot.fail{background:var(--warning-full)}
        .bar .unknown,.dot.unknown{background:var(--unknown-full)}
        .dot{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.4rem}
        .inline{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin-top:.5rem;font-size:.9rem}
        .steps{padding:0;list-style:none;counter-reset:step;display:grid;gap:.6rem}
        .steps>li{counter-increment:step;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}
        ol.steps>li{position:relative;padding-left:3.1rem}
        ol.steps>li::before{content:counter(step);position:absolute;left:.9rem;top:.8rem;width:1.5rem;height:1.5rem;border-radius:50%;
        background:var(--blocker-ground);color:var(--blocker);font-weight:700;font-size:.85rem;line-height:1.5rem;text-align:center}
        .what{font-weight:500}
        .steps.plain{grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
        .do{margin-top:.35rem}
        .more{margin-top:.6rem;color:var(--quiet)}
        .names{list-style:none;padding:0;margin-top:.3rem;display:flex;flex-wrap:wrap;gap:.15rem .9rem;font-size:.9rem;color:var(--quiet)}
        .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--card)}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        caption{text-align:left;font-weight:600;padding:.6rem .6rem .3rem}
        th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid var(--line)}
        thead th{color:var(--quiet);font-weight:600;font-size:.82rem}
        tbody tr:last-child>*{border-bottom:0}
        tbody th{font-weight:500}
        .matrix{font-size:.85rem}
        .matrix th,.matrix td{padding:.3rem .2rem;text-align:center;vertical-align:middle}
        .matrix tr>:first-child{position:sticky;left:0;background:var(--card);text-align:left;padding-left:.7rem;padding-right:.7rem;
        border-right:1px solid var(--line);min-width:9rem;max-width:17rem}
        .matrix thead a{color:inherit;text-decoration:none}
        .matrix thead a:hover{text-decoration:underline}
        .matrix tbody tr:hover>*{background:var(--ground)}
        .glyph{display:inline-block;width:1.5rem;height:1.5rem;line-height:1.5rem;border-radius:5px;text-align:center;font-weight:700;font-size:.8rem}
        .glyph.blocker{background:var(--blocker-full);color:#fff}.glyph.warning{background:var(--warning-ground);color:var(--warning)}
        .glyph.unknown{border:1px dashed var(--unknown-full);line-height:1.35rem;color:var(--quiet);font-weight:400}
        .glyph.pass{background:var(--pass-ground);color:var(--pass)}
        .legend{margin:0 0 .75rem}
        .questions{background:var(--card);border:1px solid var(--line)}
        .questions .open{color:var(--quiet);font-size:.88rem}
        .questions .number{text-align:right;font-variant-numeric:tabular-nums}
        .questions thead th:nth-child(n+3){text-align:right}
        .questions tr:target>*,.inside:target{background:var(--note-ground)}
        section>p{margin-bottom:.75rem;color:var(--quiet)}
        .finding{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--note-full);border-radius:8px;
        padding:.9rem 1rem;margin-bottom:.75rem}
        .finding.blocker{border-left-color:var(--blocker-full)}.finding.warning{border-left-color:var(--warning-full)}
        .finding:target{outline:3px solid var(--link)}
        .badge{display:inline-block;border-radius:999px;padding:.05rem .6rem;font-size:.78rem;font-weight:600;margin-right:.35rem}
        .badge.blocker{background:var(--blocker-ground);color:var(--blocker)}.badge.warning{background:var(--warning-ground);color:var(--warning)}
        .badge.note{background:var(--note-ground);color:var(--note)}
        .asks{color:var(--quiet);font-size:.9rem;margin:.25rem 0 .5rem}
        summary{cursor:pointer}
        .finding details{margin-top:.6rem;font-size:.92rem}
        .finding summary{color:var(--quiet)}
        .cases{list-style:none;padding:0;margin-top:.4rem}
        .cases>li{padding:.5rem 0;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 5rem}
        .who{font-weight:500}
        .evidence{padding-left:1.1rem;color:var(--quiet)}
        .evidence code:first-child{color:var(--text)}
        .workload{background:var(--card);border:1px solid var(--line);border-radius:8px;margin-bottom:.5rem}
        .workload>summary{padding:.6rem .9rem;display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline}
        .workload>summary::before{content:"▸";color:var(--quiet)}
        .workload[open]>summary::before{content:"▾"}
        .workload>summary::-webkit-details-marker{display:none}
        .name{font-weight:600}
        .course{color:var(--quiet);font-size:.9rem}
        .counts{color:var(--quiet);font-size:.88rem;margin-left:auto;font-variant-numeric:tabular-nums}
        .inside{padding:.2rem .9rem .9rem;border-top:1px solid var(--line)}
        .place{color:var(--quiet);font-size:.9rem;margin:.5rem 0}
        .requests{min-width:46rem}
        .requests caption,.answered caption{font-size:.9rem}
        .answered caption{padding-left:0}
        .answered th:first-child{padding-left:0}
        .verdict{font-weight:600;white-space:nowrap}
        .verdict.blocker{color:var(--blocker)}.verdict.warning{color:var(--warning)}.verdict.pass{color:var(--pass)}
        .verdict.unknown{color:var(--unknown);font-weight:400}
        .ids{color:var(--quiet);font-size:.92em}
        footer{color:var(--quiet);font-size:.88rem;padding-bottom:2.5rem;display:grid;gap:.4rem}
        @media (max-width:40rem){
        .tiles{gap:.5rem}.tile{padding:.6rem .6rem}.tile strong{font-size:1.6rem}
        .matrix tr>:first-child{min-width:7.5rem;max-width:8.5rem}
        .counts{margin-left:0;width:100%}
        .questions th,.questions td,.answered th,.answered td{padding-left:.3rem;padding-right:.3rem}}
        @media print{
        :root{color-scheme:light;--ground:#fff}
        body{font-size:10pt}
        .skip,nav{display:none}
        .scroll{overflow:visible;border:0}
        .matrix{font-size:7pt}.matrix th,.matrix td{padding:.1rem}.glyph{width:1rem;height:1rem;line-height:1rem;font-size:.6rem}
        details::details-content{content-visibility:visible;block-size:auto}
        .finding,.steps>li,.tile,tr{break-inside:avoid}
        h2,h3{break-after:avoid}
        section{margin-bottom:1.5rem}}

        """
}
