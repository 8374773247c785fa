import Cryptography
import Surroundings
import Testing
import WireFormats

// Made by `openssl pkcs12 -export -legacy` of keys that are used nowhere else; the password of all is `old`.

/// RC2 of 40 bits for the certificate, triple DES for the key, SHA-1 for the MAC: what `-legacy` makes.
private let usual = """
    MIIJQQIBAzCCCQcGCSqGSIb3DQEHAaCCCPgEggj0MIII8DCCA6cGCSqGSIb3DQEHBqCCA5gwggOUAgEAMIIDjQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYw\
    DgQIPbcFSeDtSHYCAggAgIIDYA8oS6hnTnWUtfOhwmgOVC0C7cr/Sw/lb4zAiKPTzKwoVUj/p13P/YmoTuCYCPT4LxxivwrjhYGIJFgZ4fayNAO7FYuxEnpQ\
    HX2lrM5oHy8HPMeywpw3Q6/Z9CSUTSBSS8pn22a2d91IRbER+olv6UsQAOS9xLNb+RebfwrYnUCJ91PI+K0aWoMm4Z3a2CHjQgguP7GDbbLdF+Zl1x2y27Q8\
    cRCw8sLkWKJ1FE3e7nI1EpzTglrwRHU+wxS+IA7TfOrl5ScIzNtUd3fiFoRmzfLMwc9Wvhg9aFLB1QAHGOLA4D3TwOtvPu/3j45BVdupGG7gJPxGx8gMo0oX\
    zKIzsqr9utGGmMToYLFrinSBz+nrfBhoI6EOUx35GZzfECR5zkMskLyI7r0uRMCjqVvG6zthrCqr4sxk9LlIZUOi4wxqjgBhdKd/Qk9ipjA1ZA9wTqlOaMam\
    RefSsVT8rD5h6sQJVZrgxz0TVFKKpUL8mHwizBd4s1ZC8ShRjAgAvN0b5qjNyFCiBQSNedQUSd+Xq1aD4cxip3tEITsHrFn2xQPGFSLj+l5XCu6Bp42A+ffu\
    mSbYllIKg7hLHorzKPrJh4Ifl2BYyhMe6uqkDQtw760DlUY9URUYSML3Gg9gimaSrDd7bSmcoyQb0zqYl8pyj+ylgGm0ZMjf4kqqXYt3+Q+ivUg7blRCLSzo\
    83zeGKpDirk/6wZygjWR6Nramvj7FPl9cd72Fp3naci/49OajcxY2/OUvrzrDVnnC/RgoZbmtxszqBYKeQfJ5SqnO7FOBCdJ569HnfZBS95G6oDxhnA1IOkv\
    xWkQgG5aKWECip5yNIDqHMC1n5+HR+/ImbCaXZg9E32x/Yw68vU/1EnlkbMnoAiNzFx2RdyqhlW/y11kChVkiGRLEACJ9WFhdjDkr9Cz50+ZrQeR4k7ANVIb\
    5uOQmEVCXmuhvMVHHr3LxVZrg/ymCLfq3f52yyLEiJBeToL9E84+FaFg/siFptI4kmwoEXlqsubb/IKW7Vnlav9pWmKb+TetO4wFQXABwDM5oF49bI8rKqPz\
    hs+NTbkCjD+GPYAB3tEHRaHHTqyx6MVLE3019HbZzOEORvmkbvHjyT6EHQ1Y/KbHRwdR69ONg6/m4rGjhQyQdAlrmNx9UgrQczCCBUEGCSqGSIb3DQEHAaCC\
    BTIEggUuMIIFKjCCBSYGCyqGSIb3DQEMCgECoIIE7jCCBOowHAYKKoZIhvcNAQwBAzAOBAhtrK0c7SXlvgICCAAEggTILAgcVeKhVl5tnfPljuD7tlcdMtbm\
    Y9kIAnryPkTR6y+1of8LwVcb4KmKlSEcf8+Tq/eQOgZ94SMd27uMBxDM1FQ4u3wgMAXX2oqkvE3xrmnKWugo08fupDruPEnwszm2UWsPoxyMXLEsibdGw31K\
    Z1fHHLbDJYnza4eHZqJz21lj5evd3lp5W61np+D6K6uAD11tLuO8ar0eYNB5FYsyJiLTHVsQndrfsQ7UcH8p3rOBJG5/feNBUelGEWKSPsAZMnXFv9Alu+Hv\
    0WIuNwf6+kpo/sZOmQTAMx5MPKF8epywgG6IF6rl2BI0iu7aMoXkIaAkKQO7zZrnZduIwiFNSE5L2Up8+/kVWM17lzyufMqOxPrVfeDisF3A9FO0M8lQ7owg\
    loEXYhG05lfb46bSCEAKewVwUjdgkikV84qtxg0Y81OaAcyjh8t3rhEYQ+kr28FI9PrckV8dAupvm2JKUB6W+wSQFp4yJnFPRYGneKhWPj9dq5m1UmwfMPhd\
    j7lI3Xg/tegdfjGGb2HxmmJFP2q8rn1OZHs1kvixIThJRA58mPWNjk9dHr8vCvmcHdaRBnzsEr1Im+HA3O+cVUq6lqNLltuUtaTsFLXbRxZ4M+sGIfIFlykn\
    Drh5g/JQarhg7n8ynKmcWxo9Gq9+durZb9Ke0o8X6i310Jm/WXqizOA7Wws+/GBWDZwaxvHKuUZFIrl4yYOnrm6OjzmTC0ppWAUj34hJUsX8/82XUx+hKVs3\
    Zql0uoB4qNNL2YOLoPYakXl0Tvlb8sDqwjJ5A+SPoO7WWPXmUTMC+iXRQI4rYfIAQzLYSom6HyEQNqwnC2VLEjql+keQL6xxLURW2/PDSid9iqEFwPc/Uams\
    2zRhEPTgcf061KmXsbqZZvoM50sTjEVM5qgRE3lgBHtfx7puXG7ZR4tphrmw4X4Lt9QA+db9AfwfP9gXpSiLVAp9eU4LPy7GHOBAiQjDBODVxXKLYXSaPKk0\
    B4hIIRzxyrVdy1kej6lPg4wHTyJvqFpI1d76OHQT73JKJ3XWXc882X1pndNbbWZznh3uBs2baivitORW7klHY1HVnweB4KtHUKPub6ukSExEQx/gPr35ZaTz\
    E9eRV+mUKobCqX3MmyWsqveFEt4WiOZuT4aevoK968ex9+LNajI1EWfVPEVMrLKL0loGiLOhfHFVfmqFJUCw7vFAHp7+LV4hxFdjld0+lfWwc+AKlR28KRUs\
    n0QcirIbWzJlp9UsZzHUMaj8E47hyhnd8SuwhQEERsQ57vN+SdmFl0xvkRtCZaBk4l1f/rG/MQrF9SXOiSFEpHecxLkxphSnM1QrYXvkf0TdjAfiujaknhVC\
    A40YYYeQz9EgbSy1kMX6OnQ5dWe+NzCRKENaJYJzArK3Ha85NgIVCJwj9dDq8Jw8UAms04cINO8DKjTIOdJW8g+6nPJaf2hYNu7fjOUP8jx1qjVV7mh4wU/D\
    XGdeV7HXqsWQ5JSEGKsTRKjVaYLUGzBMj/2P7Rm5EQdljaNIX4F4rEu6fnTFgn6j3jzOwoLKgtv6l8m2opEBm5T/Z/rN6CsEMx17jdTNtt19V6OjL/hJsZV+\
    zHL85UKhdSrGVgJ8OURxLJiDqXV7BZ3lXdNqBBmUBuFKMSUwIwYJKoZIhvcNAQkVMRYEFEohXLDsAgygN0gigkb3FFmhJQVxMDEwITAJBgUrDgMCGgUABBT6\
    DC2LJEhmb12yiOdX8UNbDlJctQQI3R30HQ0k4g0CAggA
    """

/// AES-256, with a MAC by SHA-1.
private let modernCipher = """
    MIIJvwIBAzCCCYUGCSqGSIb3DQEHAaCCCXYEgglyMIIJbjCCA+IGCSqGSIb3DQEHBqCCA9MwggPPAgEAMIIDyAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK\
    MCkGCSqGSIb3DQEFDDAcBAh5qzbWcobG2AICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJjCExqTgP4w8Mslu7VaTteAggNgMqvUruHxVBLqdnv9\
    0Gi+ysie+xxytOl/DO/G8l2EF7M+jrmIq2XL6lnh0USi2206Ziduy3XvGVNYEQmXLGKUMau7EbiJsQlLIkn4IhnKZ3S6DdaOdnKWpxoDo+7qYxfe2KjAatLX\
    2kAmte4S+E1iNIgClw/divDHssYL7t0uMVsaMtH3nhIrVaU88u6cIssDToSj8hOhJfjF9CiYB+wVaFaA1nF6hbbPSGxkfvvdCjFwT2xTPRajo2YxLRfmkYdR\
    7wRveprdBn+gMkZevSF9lVMEJ26Lo9sDya2u6fGXfP3+sGVWJpmThKA7GrW18mepRxsstA+ZaqgbtDcgjau/oWEMo3sN1jfQ580jfkvOUS0kQxLY+tZyN+XL\
    2Dd9s0d6eJze8rsRYZJnyRk1rVJ7bkssBjqaBZ9YqvxDiIyTun9Uh9dYWelOOrh6LMj4PKIdyRsbe5x1MnEb4d8FjSMTsG5to4GlsQ9AC1Zb61489kc3DMQd\
    ZIcxgfV6WNwsPtQcz+Ny71ePKhpSVLH48n7rnS/xj3QSJ0duT7iCQb2msCk8C0PgKTk4tKtRzdiVzl/5JMj/yZVEOoB217YNV248ON8gqBEC0jXQluut26Hv\
    vY1mvTy7PhrwyeI0MuqHfpyfjJao1KCPWXSsL4AeMfLxG3gZrjWFC0K1BVe6QW7/Mh/0ddcTvCb4AYAq1x61MY52U+A/CgVisNFZAtRhTsiflI+ulOh9BuwQ\
    s0wcyveeHE5AcINbXqo2S3yKyhPhs5RYmw/0unN0lN/qj9rnzRq2qBsn0up6HrGiQga5+l0dVZZx3zcoNeXoeremYkBB6Qg4y+p2q9VEgoCzQx3R7ZiDIlew\
    Yh5uovx4WVuTTPRt+zPs3rt81MZtJvAQBSHDJWEOARfjROXfvPCS3uy5Xc7e17Wicwf6WxKPXmYa++OEzjJNUzKAxCxjvnPbTMrvMUwQeG91yXiRre4ysfRk\
    ZvKuUz4C5HYTNMOXKSVgIKjLmgjTMEz4pcsX9yC+Owo+D4gd/D+s+Nf+wVowpXbThdlNbCQCp1Ml04c4zDDXlPyoGO40pAvESeumNONCZ4QsKmJPrA3kRTao\
    YBSfbcnkFAw6I3UOCtwjCmnFAKPF6KjNB/lY5YYc5H9GxNx1djV7P74+MIIFhAYJKoZIhvcNAQcBoIIFdQSCBXEwggVtMIIFaQYLKoZIhvcNAQwKAQKgggUx\
    MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIUWCn0kNmMcgCAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCdUm2RtW1BlojjV5tX\
    g6cvBIIE0FYT4UcCnlvtDfDzLbzOQN+sdKHG912bP6ZClLlKCtNzkxy19h9gljVGL0exQkxBp4OM/QE+GCNDRwAVz1GgsHPWAdttnnsbk7e3s6Lkpm0+tYiq\
    9kT5YlthUJhgEA0rl37EORG9eg4zJn1f0b0WwZ+eXzrlYd4c52Yxz7O+VUGulxQg9HSHI/alka8Y9WDGeQ1/SFC5wPsHS9EHcZABxghqo0hHkFxAq3Pl7HzJ\
    CakkdehzheMjqjFzlYMM8ZLjnSgN0l3vcIVfFCKBeQ8VD7mskmg5EibSut30VgNvKSVP2x/jIPZAdt+wdgmbnUgW+kw1OhzIRHmvbH/vuBGfPDx5B6yhpdf9\
    dfEyG97u+zxwCz9qbs+OwQyDO++ILkXSm7Ps4OZHia7e+cvPsNp++ff5U5XeWq3/c+0cAlzSvKM7sd0hEiSPKWblDPboYCGPkaoIusNyDTO6YfslVvanIiNM\
    Y6Mkj7lX/xsGhoObXx4Ua+g/3wmP0qJiRbfDfkur/LkSN/FsgdgXZY4wVI4Lz+05aBGBwVGhX4DwDBDUjfRRPYcqAfy0kmVqdMYShZJxw+d2BwxcRbMKCtfJ\
    DNa28I/3EwWtE9JA8f1uuIbAWFcuOdWxlFHSnoza9+Q9oDUvxQ/KQUdW44o5nS0mUkyZwC7gqUgetzPxB4YvqMQtXZFhu0cR5xZ3qS63YKlIHHutA2RTnzFH\
    v3jFfsKsT2bnDhfLPR13zZXBIykmAkhwssJvK/ekZgz6O2RHS1NRwiOmvpB1tevC2XPgUAw2zFN5oWvmjNIOVYcI7B68Ugvu12CD7LDM+10AueeEX4rG6k+p\
    cISq1dYbdC0IuvMap4OdkghFdjIVZUcs9EYmdKwutOY1MAbpHdZVcFDkKHKekVTR3bu0SDTUJzOLAGbuTmQ654Q6ywHDvzZH7WinvxICGR3lPhvm9lR5l/Ea\
    nYZVJOFFbKsaz5YoHBebToCn3+VQXo1d4B5v1n4ZYMbmlIDm6vfo6v64nphgv/kCkNCCm4Mv0aSUhsMFueqW2OsOqxcm+7a7syh44hT+xUHQZh5tE41dbfzU\
    bz1SMWx9RUYKNjNMq4LcXFrQ0UPuLBmixZRbjhVOQi2KneRzEg8NPj4xCadm0uqKZqmkbuIMdIlGK7bSXdkgmlSM6EDM1Y4HzbS4dBe+CbmWg1jYs2UTIjCx\
    eUdMMGxWiY0BysLzeIdUb282Hh4voMmeCfENRXe1QuZBK+TDyy9adwnbaRpcvW6vxQxW3Xf3eDlpkM81eXcKRMyKBsRPDUledkQ3WdWpYN3DLPS5o5ZGEXWJ\
    0r3P8uUsoCHr/gSJZaw9Ox+39iieG2oI0P3NKIq6u3/DOcG6HPhs27vlvgLo7w72yCuAHncVMgrP3bXyOtELUKt7TnplJx4uq9gvIu7VWWu6OEAYSGn6qWPk\
    44Q6QKX03GxmCwU7VxaL3pmzqvQvqP1S+gpDSXmPgp+OtCzrjoUjcA3aY2jR3Z8CWyvBLzRo98DEs6IbJV08gQax2KSD0uZsKL8fz65ohHeI/yQZ7cC+XePD\
    E5aeOp6AdQcTDtDnNLate8l+YIglnbRPTaNzCI/K3XqrwaO7S36QOzdb0yST9ykURYtgoKqKYNYspwA9FRPe+Di6KTXOMSUwIwYJKoZIhvcNAQkVMRYEFEoh\
    XLDsAgygN0gigkb3FFmhJQVxMDEwITAJBgUrDgMCGgUABBS95Pe1TdGl9mTyY2ry9mP58ZcMBQQILPoPuhStoEICAggA
    """

/// A key on P-256.
private let elliptic = """
    MIIDcgIBAzCCAzgGCSqGSIb3DQEHAaCCAykEggMlMIIDITCCAhcGCSqGSIb3DQEHBqCCAggwggIEAgEAMIIB/QYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYw\
    DgQIm7E4EL3PWYACAggAgIIB0JreAAQvNaL7iYD7f6WNSmFXxk/Hdp+TjrEnkdXLP3DcEwRq+IvPen5o0vfOg0JYOoSMM8zigcnsA6aGllZwbA5whscfyxtl\
    d1b3fmHiex/PVshI9MWQgfvdSyYDqc08y4kZr24R5bzDwUC4XpfPQSECk2EWTuWADHZcTs73Eshq55/Cuirtw81oFgtMx8IIVHMZDmAAMRLESDHww5WbwyEy\
    BWghH2UT3oQvgPX4xtM9u/CvkeYPOX8H0xB3QRJ5FTz1tXyxSf1/rLOXeRcDKyGiK7U/zCBPAOjtwFRBOut+NwOEMezXyljebgyDeW2r8lKB55qRXLuiqOin\
    VWI5XLQBlcclMhsXhH7st5n0vNqQktGoMKbbq1VnyxxW+iKRB2xYOWmOP3ZP2ltdsnp6PHTVCu74vixQKRGHbyzlv8DchdZvr4UJWmOuBz5sFnCNp7COaGFy\
    3v/KTmnP+S63yR8LJ4bOw4o2eBGM3pWEnSjKzT9PGfpWAxC0DCLgYwwFS7z0EgdsHDqwSCyu20cbHj/jYK135+j6/z661mFyIUTo+D0hmpkz5cTD4Xre2vb5\
    OJ8kcdkJzxlM1sY5PSw5HN2uw1EylApzj4+5pfCd5CRUMIIBAgYJKoZIhvcNAQcBoIH0BIHxMIHuMIHrBgsqhkiG9w0BDAoBAqCBtDCBsTAcBgoqhkiG9w0B\
    DAEDMA4ECLkf2Oh14oKEAgIIAASBkEJdNts0103kjmNVi4tW1oLzpxczZ+mQ3ugJDQ5rTP31KMd1JQjNv5b1U17x8hLOph2PcCjFw/9HoxfaDCyfUQmRIj8l\
    f+YiB3LakWp0QG0VoaUk51AIt6fH4Meu11dZgDMNv6z0nlrbo0iwUUKn1VpMXtxqYgzuDzZlIICxEp4ADl0SN5h60ylfQ97A/3dKnjElMCMGCSqGSIb3DQEJ\
    FTEWBBS2S8z9ETtWG4BtWiQYUjuJBIJ9njAxMCEwCQYFKw4DAhoFAAQU5xt69IYk/Dt5riotNGcQssTP5DkECP664omN5Bm2AgIIAA==
    """

/// Without a MAC.
private let unprotected = """
    MIII0wIBAzCCCMwGCSqGSIb3DQEHAaCCCL0Eggi5MIIItTCCA2wGCSqGSIb3DQEHAaCCA10EggNZMIIDVTCCA1EGCyqGSIb3DQEMCgEDoIIDGTCCAxUGCiqG\
    SIb3DQEJFgGgggMFBIIDATCCAv0wggHloAMCAQICFH110TfknNQ3FRkDCFcpE7n2EcuUMA0GCSqGSIb3DQEBCwUAMA4xDDAKBgNVBAMMA29sZDAeFw0yNjEx\
    MjExNzA0MzZaFw0zNjExMTgxNzA0MzZaMA4xDDAKBgNVBAMMA29sZDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMyGjpWpKA2ByAuj0wRE6Gf4\
    lWg2XUSU+NimIO/jGfc3+nvIpMqLpGvMnWtZJ8p3hhZH9GiDqe6sbjyMYzgCbfgdYDBfKarHaP4ihnDoPG+9Fce7Z9oEHSPKxMtKj7uCOYMy3tcbQHX8AFSm\
    DG8LaSwEgSoAt3L/sDuRP/lRHvsq50Mto7G5UP4Cf0DFdthTNY8k2WWgJSEVOHmv7foMvmbFnXk7yg0QMotd9ANahNejq/0Eq8dKBOx6f+3qkr/LRIfhN1nW\
    zvnZFL7kF55tvtEQbDaGRcTcoVbktZGVkWsWoZeqXv43F4J1EsMLLFwBrIyx8Ct1E/4w/xYLzSZgKakCAwEAAaNTMFEwHQYDVR0OBBYEFPVAzQAMlF6+mk7s\
    iiEOZcSm0hlGMB8GA1UdIwQYMBaAFPVAzQAMlF6+mk7siiEOZcSm0hlGMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAEztiMlPCYBq8Qub\
    qG59zw47Up/pEf83tOyyYVzDkuwz/D8GHk3PGUcO7TUz8y/3rbEkM8AhS4JGWDVGrCRLP/ZPup4sdVAomAtj5kASDQcDZNfAQTsndBTo3CfWJ54mqEKWCp9S\
    HCW09i80+VOEJFeEtSuZaeGSvQ47mUXpLVTge9/Yt0qGEzbWhwHWit71dcHzW1b5i/ThyqWw7cda+62JWHkw6YmSFq9/K+ZppYs/QubHirIliGnYLVSHG/XT\
    Ph0nbLkux69tsOKdcU89IW5V+mzaK+6vzr+L40V7BOKKOFVo0o5cSMqA+uQjytFTuOyNBfXKHHJ6IZaiG3d3B14xJTAjBgkqhkiG9w0BCRUxFgQUSiFcsOwC\
    DKA3SCKCRvcUWaElBXEwggVBBgkqhkiG9w0BBwGgggUyBIIFLjCCBSowggUmBgsqhkiG9w0BDAoBAqCCBO4wggTqMBwGCiqGSIb3DQEMAQMwDgQIEqKgZHyS\
    MwICAggABIIEyGhpXVpWaSsve/m6Z+McrKbYfhijk7MYNTsF3B1VP6EvYCMMPDTyqw2a/SqdGafVS75/wFC7QYjUaxt/Pkdu7zaMJ0RYS5jyxQlrzbw3hSE/\
    tsamPrR6xNUOGfJFogiFW1m8B2R2tHNqAHOTAbfjjTH0Vvy+vjtI0Ei+MYNKHGKa8n0AQJmfBbfOP9Afa85qlZ4wX7RlYQOv3dd82EmMkM0AqH61KU/HfMxv\
    xv+RGSWsk7halOcoKLwRuDm83V1Y9fNhoj41DnuMTTrFuzxLCJ1sUu9B6YKdybcQitNMMsCsEnAkBR81s+GxKBqXVSoXgdc2suPVEEK4Xs5wNUwQs/yYZ0ko\
    VePt5H/r4Ln5KXj3t1TIiz2A9isqSkfdVSYBN6NGaz54z9YKYI7Ss3TgVGiGvP5yK3CNEUSsMj2wEi27GYVO6mZht+4OVII0p0FUQdCiny9KUeTFlq6XH2i0\
    +MHOXqXStqYFrDriKdgxRX+91sDxYHakG1Zeg/Nh/Ymd6ivLwEvOjJrkmxomuqJxt3O5eHHU3D4hK8w7zb7xlCwtW3qzRPk5FkOokaX7KNIi9Lbn7e+9kI7c\
    h4UL9+p3jQVhDfmGyrrL4r37s80YK2E9ZVRuMZ1GqP2KjEGiTlQpoc8zuH8KRZ3IdlP30tdv+hquBn9NCclx2QOK1Ln0A6oOwZ55l0UFAkUbyjK83j4Gq+YS\
    yizXkDr0htUgyRR8S8TpTY/pdpG5gIbxcPI9cYUf9ueqGy0BdhrCzXE5EoOLtbTa80GDqcKJMVbsP+Li4RnptQBRw2yaLYlbUIVjcEkwaBNk7JQVgmCi+eal\
    ZG7FKjv6erqR4FExr7LI709fMjeNfcxvNydN4mRuuYxusQ0TPJ1q39daY5rLuSs9ATbkDI1d9KoS98tLzh9HWa2J7l9Dg7P/4w6RoGUqIWfpD58+vX1PX+H2\
    a3rQncv8uGwB5l2cq9uEoBSYy+8RPvE/QwTR4o394nx7SBeDf9SrzX71VLsNF95ngRk4wnoTI3m9p1lkH+NDO3MsBp5FfC260nwEbrGxopGSn60LXTnYVwZG\
    pZFrHr++WIdOqXinvIcWK5YL6dTY7NporJMT7Hd4Ih/PZ9mCQMJMPK5YnuJPvNeKlNX6DUIxE9Ap6m+d1z0j21F3FuSn58YOdFLgTWWwVPlKd0RuW1HeHI28\
    kRO+nehhti59eO31CuU0AUKtOENOlLGexGfn4Ll193jaEveiK+O+M5vo67rX55vGmDZWrDAoCVQzNMS8nYEcJMphAB7/D440DiPiLJ8CGbSMO2qpxgFCnS85\
    DcAUp2hqZHOvDhGiY98Y3Qgi1r3xSqNHThWv0s6/6kBJC+RSQaGTKoRw+tnPl29cHnq/MlsmS7KzjgsJWcrESsSCSm2yWLT/Kli0AINwIfsIqV0RUytmrY7V\
    9SW6YpgVonhVWWLDpnEldCGcwUp+EAyc9PK6QRTBpzF/JShoala/xZ28Eb1Z4+DMn0nUXyrHkMMT1skvUHaE/m6TY4Xzo53LCRCdXQ1NqruebHWpNmPvQKG5\
    Fwhu3k8zY123ZcG/f+o5vAt5Qx6Kxq955FxfP+9wFmoSeKvZV8J4JJm9e4Nemvsf/O6NHirYALm/M5phv3d6STElMCMGCSqGSIb3DQEJFTEWBBRKIVyw7AIM\
    oDdIIoJG9xRZoSUFcQ==
    """

/// AES-256, with a MAC by SHA-256: OpenSSL 3's defaults, of another key; the password is `pä55`.
private let modernMAC = """
    MIIJ3wIBAzCCCZUGCSqGSIb3DQEHAaCCCYYEggmCMIIJfjCCA/IGCSqGSIb3DQEHBqCCA+MwggPfAgEAMIID2AYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK\
    MCkGCSqGSIb3DQEFDDAcBAhK3V4EsXHtyAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAQYMptAlTxvV+ixJZZosy2AggNwV7T8md5mhWGB71P0\
    4ynSpAZ/QAAv18HrPcZWY/9uKuXvcb+zO7Ys6dqdQCm0mx8hOVFmcDbCcGf3/SqEAzy8GfCw0HRFnjU4ZvlFONxMMe8Wuwbo9ryZeozB2T54vTG8t22uOcei\
    nF7K0SDfMzPwz1E+4rbreO14lozp6mDuBmZ28nDysORExLMAbog8aYarNnkwo+A4hVmY8W+zpMSRKFUX8BPkyGWj0nI8bYuhe3jpHq/vAd9OGtDmY80QYiBR\
    YJHa2F+yCLYdE+QR9OoEyteuAJGMUQ61ADb3asRjsVxhPyzmqCbTgJdr790wjxo6uydfONQ30/OpUdK58Bli7+XVYGhy4ooNLOaMwoUA7ac4MMZYY9kOzEq2\
    /3EgaUx7ZS+NH/565gFXwVlJXMrR8eIVWFrIfOfQto2sISvPBafFHcCmSoVp3QfxG9WQ53hq8UchAX2J5WpVmOXusKCaaghQ6ouA6APeM3wRgljAoQStyoLq\
    1kX3aa7f/V0N7SwJOQyGFDi4CNwD8X9Aer0x6BMe2cRlG4LOBlypKa8TUZDT/h9VPpDoTqUI1O1R33uBOmj4fwLxwVGoWPaJ6FJvK7pAXq76QC+HxSKefqTn\
    zQ9mObgt+2uX1LLoAxN0uToW3U88ldouxZLCEAxhQrMW68z+xtTIPd3iH/rn8sDCBGwp7WbFS59hjKkRbbzTHSmBS1iXCuMdfUBwPUttFfzo+MeVB44ScV4W\
    YWwJW9T7CqzPXLwzVia7s1R0Fk2xTvuzt3BvcKpjo25Z/xEnRNgShVbENf6iZrcnuRUSwC6d4rYpvVnttgDLCosEmFAv4xQ0S0tUd4XHpdrmxodmliAfbCGx\
    2aE6udcuuk1G5uhGPuWrXN51ORybGysvyfFwwGDaXude/qCuozXDxYsyLFIt6S7uIX4tLJ95q0CR0hem52zfuEMPkyEGqUeKTCIMJgKsK8XW9x2mBm0IrHWc\
    lTX6lCKfdMfQNrLh/vDiUDev5Ocsr0zypUjvP/5rXVEVmkP7HU3OcHHAOPy5upy9BRjgZxMW8qadfWHhR7m1K4Q8uFeOqiuB33xWUMir+M6BZHK6O02hgiGh\
    4PSf2ugDT3CPpeqH6YC1J0CDcDR5vKyUwjDPSWAFusK9rzyAMVwUp8XU7IW06PN/+9xRTeB47OfRWDCCBYQGCSqGSIb3DQEHAaCCBXUEggVxMIIFbTCCBWkG\
    CyqGSIb3DQEMCgECoIIFMTCCBS0wVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECIDuYdvosZQNAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQB\
    KgQQLmfWv7UnBEnggohE6pdjqwSCBNDEgJp+zysPKvS6jwBRzyoA+o1l+wS75GyFrUVILU/MsRrLXYM9mHUAT4Sm2NWxSPPw/bNQIqvRJqANx9dSSdTkPrNN\
    vfba1CLEJhJtO+PkvmIPevo//vP8aZ4GmWfFYmujcA2VzGBRI3HQH8Z/IU9zHM7HbtHhcXBn/xnmhxb2oPnPq0W1CRBFhWxCZkaFaI5XFVmjvk0g0PB26306\
    ndRE6w3lq/No6eyyMizGlPHRHXCw0X6p+TIbMqlIf0gT/8Kfx50Jh2c3wv/CKOif+EIfmDrSfkuAylIULKxn+ncBmpUJKsbKkEpuDByCzNAWmbQ1ySThIgW9\
    7YRn+kb0j81DpzdIydU4o8s3QE1WxbgmIzQgNSVDOD7u4PLTgfDjVEnGQrhmV9wa6nTEtyKVMcOVoGnyI644T4wQs1G7k2wc9Y5CjG+IZAn8a2ncsZu7RHuL\
    v1QOji9Zlh2ev55H82rkFPILDVyQgBUKnc4ViRES0Cldv76bZKAdpm2JRU0tBtnYVeesGnv4Chrf+M8PWNlmcc3h91y+X1/5NkSBmS/XVYS/YQxB8O4M5JFH\
    YzZNIPxXEdzHynf+xnKzTt96/nXwVLD5f3/1D1yrWxq4PUxjb3evIshtagefnfT3vUmGnPItUIiol5XOwsxfJ1ZanapZVxcM2ctxC/91ynzsYjRxlcqBU2eo\
    EXNbLv4gU2cdhnTsxmGw1lp40p1e5Wndu4llVPFrHPpqNqauE4KICe6OACe9VFLL+Iz6+ZtPbulZsO7ceacqzb3GkvZe/wC+g+HT4fcRvqn0ocRpqwRuzZ/k\
    Jxds47/jFyXIalGLUD4XtbMjD5mTBJbnBWqltXE+/Uu6ZPpLJqFKyTZNBNKgc0irOqPqzyT/dgbsbSOiH+1h0rSsXZDKeq6VtQ/093m+4EmbopMjEaYS5mzX\
    H8MrmIGbNqhHqNx+5+PRR3uBMqHTuC8HNpaAjBipiInw94JXfm3V7W/2RWUcxOe3PTawoW6lug98uL0KfH6speAiagAW1vzLomLk+66T9NuNBMFJWBUSqeAt\
    8aBeKA5WJDASvaTnlROQhQMVBVTReVM4tsXaSd+107hIIcw/OqAOMN/XkrOBBOCKsE2bBgbTlKv1AOMG+6frA0py7ay7ayA3ORTJtF1/t7Mdn2C9vpTz++vD\
    KekEtYk56aldOVv/P/+SzRfMaZNS6xUfkBT7t8ymFnpYIbDYPUZqYgOSHYy2qXr26v7oJevYWNg9c/1SqX0Vi4zSKQtXf+naOCWORcX3J4ZVzy40snUBzYqA\
    AySX2Z7G+Twia8pEYDvHrlnbY82JAwyK+QsuuQNieAykFQLqvJGGI31Af6tgT/pbOntSLJFgBWQZQp/8t3TIXNWp9SB6xae2nFjMo8UX3XOXwAqBlWtUBZ0P\
    pSvqXhKI5ehPr02gpQEZ/m4+AVKOzwEcIEy/8pRvwG07x27uW0ZDs+vkBFvSzYkCGX8+e6gG2fm89nMOPb42Zcfa9k7GLvBxDlTggbHtCtIQQixQwvH2HKLZ\
    1XV+bUYtr2PGoYQbEKBlTOI4i68dAFOjZN+B4Q9IpHomJp1kXdbuOhQhUM5GVeaxc4+Nmn781WvYq8wQymcNVsCuax5FvK4cpmuqCwHJZo4jdX9wjzElMCMG\
    CSqGSIb3DQEJFTEWBBTL4IQ9qQxmDv9OQrymqImubBmVsTBBMDEwDQYJYIZIAWUDBAIBBQAEICpfHC4974D9PjtxWsmjLTxPC/PC8nYEFNQGJoKmk0MLBAjr\
    qcQI4at9aAICCAA=
    """

@Suite struct LegacyExchangeTests {
    private func read(_ text: String, _ password: String) throws(LegacyExchangeError) -> TokenSigningKey {
        try LegacyExchange.read(SecretBytes(Base64.decode(text) ?? []), password: SecretBytes(Array(password.utf8)))
    }

    @Test("a file of the old kind is read, its key with its certificate")
    func reads() throws {
        let key = try read(usual, "old")
        let signature = try key.key.signRS256([1, 2, 3])
        #expect(key.certificate.rsaPublicKey?.verifyRS256(signature, over: [1, 2, 3]) == true)
    }

    @Test(
        "any other is refused in the words of Go's package",
        arguments: [
            (usual, "new", "pkcs12: decryption password incorrect"),
            (usual, "old\u{1f600}", "pkcs12: string contains characters that cannot be encoded in UCS-2"),
            (modernCipher, "old", "pkcs12: algorithm 1.2.840.113549.1.5.13 is not supported"),
            (unprotected, "old", "pkcs12: no MAC in data"),
            ("", "", "pkcs12: error reading P12 data: asn1: syntax error: sequence truncated"),
            (String(usual.prefix(400)), "old", "pkcs12: error reading P12 data: asn1: syntax error: data truncated"),
            ("bm90IGEgUEZY", "", "pkcs12: error reading P12 data: asn1: structure error: tags don't match"),
        ])
    func refuses(text: String, password: String, wanted: String) {
        let error = #expect(throws: LegacyExchangeError.self) { try read(text, password) }
        #expect(error?.description == wanted)
    }

    @Test("a file by today's defaults is not one that Go's package reads")
    func digest() {
        #expect(throws: LegacyExchangeError.digest(oid: "2.16.840.1.101.3.4.2.1")) { try read(modernMAC, "pä55") }
    }

    @Test("a key that is not RSA is told by the name of its Go type")
    func elliptical() {
        #expect(throws: LegacyExchangeError.notRSA(goType: "*ecdsa.PrivateKey")) { try read(elliptic, "old") }
    }

    @Test("bytes after the file are refused")
    func tail() {
        let bytes = (Base64.decode(usual) ?? []) + [0]
        #expect(throws: LegacyExchangeError.syntax("pkcs12: trailing data found")) {
            try LegacyExchange.read(SecretBytes(bytes), password: SecretBytes(Array("old".utf8)))
        }
    }
}
