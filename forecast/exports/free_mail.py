"""Domains of addresses that say nothing of the account: mail services, and the endings of universities and schools."""

from __future__ import annotations

_SERVICES = """
126.com 139.com 163.com 189.cn aim.com aol.com arcor.de bigpond.com bluewin.ch bol.com.br btinternet.com comcast.net
daum.net duck.com email.com fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com
gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it
hushmail.com icloud.com inbox.com interia.pl laposte.net libero.it live.co.uk live.com live.de mac.com mail.com mail.ru
mailbox.org me.com msn.com naver.com o2.pl onet.pl orange.fr outlook.com outlook.de outlook.fr posteo.de proton.me
protonmail.ch protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz sfr.fr sina.com sohu.com t-online.de
terra.com.br tuta.com tutanota.com uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl yahoo.ca yahoo.co.in
yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com
zoho.com zohomail.com
"""
FREE_MAIL = frozenset(_SERVICES.split())
STUDENT_ENDINGS = r"(\.edu|\.edu\.[a-z]{2}|\.ac\.[a-z]{2})$"
