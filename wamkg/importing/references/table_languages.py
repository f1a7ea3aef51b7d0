"""Column names in languages other than English, by the same keys as the English ones."""

LANGUAGES: dict[str, str] = {
    "title": (
        "titel, haupttitel, aufsatztitel, titre, titre de l'article, título, título del artículo, "
        "título do artigo, titolo, titolo dell'articolo, tytuł, název, otsikko, titlu, cím, başlık, "
        "τίτλος, название, заглавие, заголовок, назва, 标题, 题名, 题目, 篇名, "
        "论文题目, 论文标题, 標題, 題名, タイトル, 論文名, 表題, 제목, 논문명, 논문제목, العنوان, عنوان"
    ),
    "author": (
        "autor, autoren, autorin, autor innen, autorinnen, verfasser, verfasserin, auteur, auteurs, auteur s, "
        "autores, autor es, autora, autori, autore, auteur en, författare, forfatter, forfattere, autorzy, "
        "autoři, tekijä, tekijät, szerző, szerzők, yazar, yazarlar, συγγραφέας, автор, "
        "авторы, автори, 作者, 作者姓名, 著者, 著者名, 저자, 저자명, المؤلف, المؤلفون, نویسنده, "
        "نویسندگان"
    ),
    "container": (
        "zeitschrift, zeitschriftentitel, name der zeitschrift, fachzeitschrift, revue, nom de la revue, "
        "titre de la revue, périodique, revista, nombre de la revista, título da revista, periódico, rivista, "
        "periodico, tijdschrift, tidskrift, tidsskrift, czasopismo, časopis, lehti, folyóirat, dergi, "
        "περιοδικό, журнал, часопис, 期刊, 期刊名, 期刊名称, 刊名, 来源期刊, 来源, "
        "文献来源, 出处, 雑誌, 雑誌名, 誌名, 掲載誌, 学術雑誌, 학술지, 학술지명, 저널, المجلة, مجله, konferenz, "
        "tagung, tagungsband, konferenzband, sammelband, conférence, actes, congreso, conferencia, actas, "
        "congresso, conferência, anais, convegno, atti, conferentie, konferens, konferencja, konference, "
        "конференция, 会议, 会议名称, 会议论文集, 会議名, 학술대회, quelle, veröffentlicht in, "
        "erschienen in, source, fuente, fonte, bron, buchtitel, titre du livre, título del libro"
    ),
    "publisher": (
        "verlag, verleger, herausgebender verlag, éditeur, maison d'édition, editorial, editora, editore, "
        "casa editrice, uitgever, uitgeverij, förlag, forlag, wydawca, wydawnictwo, nakladatel, vydavatel, "
        "kustantaja, kiadó, yayıncı, yayınevi, издательство, видавництво, 出版社, "
        "出版者, 출판사, الناشر, ناشر"
    ),
    "date": (
        "jahr, erscheinungsjahr, publikationsjahr, année, année de publication, annee, ano, año, "
        "año de publicación, ano de publicação, anno, anno di pubblicazione, jaar, jaar van uitgave, år, "
        "utgivningsår, rok, rok wydania, rok vydání, vuosi, julkaisuvuosi, év, yıl, έτος, год, "
        "год издания, год публикации, рік, 出版年, 年份, 发表年份, 年, 発行年, "
        "出版年度, 発表年, 연도, 발행연도, 출판연도, 발행년도, السنة, سنة النشر, سال, datum, erscheinungsdatum, "
        "veröffentlichungsdatum, publikationsdatum, date de publication, fecha, fecha de publicación, data, "
        "data de publicação, data di pubblicazione, publicatiedatum, data publikacji, дата, "
        "дата публикации, 日期, 发表日期, 出版日期, 发表时间, 出版时间, 発行日, 出版日, 발행일, "
        "출판일"
    ),
    "abstract": (
        "zusammenfassung, kurzfassung, résumé, resumen, resumo, riassunto, sommario, samenvatting, "
        "sammanfattning, sammendrag, streszczenie, abstrakt, tiivistelmä, kivonat, özet, περίληψη, "
        "аннотация, реферат, анотація, 摘要, 抄録, 要旨, 概要, 초록, 요약, الملخص, چکیده"
    ),
    "volume": (
        "band, jahrgang, bd, tome, volumen, tomo, annata, deel, jaargang, volym, tom, ročník, cilt, том, 卷, "
        "卷号, 巻, 권"
    ),
    "number": (
        "heft, ausgabe, heftnummer, numéro, numéro de la revue, número, fascículo, numero, fascicolo, "
        "nummer, aflevering, häfte, zeszyt, numer, číslo, numero lehti, szám, sayı, номер, выпуск, "
        "випуск, 期, 期号, 期数, 号, 호"
    ),
    "pages": (
        "seiten, seite, seitenzahlen, seitenangabe, pages, páginas, página, pagine, pagina, pagina's, sidor, "
        "sider, strony, strany, stránky, sivut, oldalak, sayfa, sayfalar, σελίδες, страницы, "
        "сторінки, 页码, 页, 起止页码, ページ, 頁, 페이지, 쪽, الصفحات, صفحات"
    ),
    "type": (
        "dokumenttyp, dokumentart, publikationstyp, literaturtyp, type de document, type de publication, "
        "tipo de documento, tipo de publicación, tipo di documento, documenttype, typ dokumentu, "
        "тип документа, 文献类型, 资料类型, 資料種別, 문서유형, 자료유형"
    ),
    "editor": (
        "herausgeber, herausgeberin, hrsg, éditeur scientifique, directeur de publication, editores, curatore, "
        "curatori, a cura di, redacteur, redaktör, redaktor, redaktorzy, редактор, редакторы, "
        "主编, 编辑, 編者, 편집자"
    ),
    "series": (
        "reihe, schriftenreihe, collection, serie, colección, coleção, collana, reeks, seria, серия, 丛书, 叢書, 총서"
    ),
    "edition": (
        "auflage, édition, edición, edição, edizione, druk, upplaga, wydanie, vydání, издание, 版本, 版次, 版, 판"
    ),
    "address": (
        "ort, verlagsort, erscheinungsort, lieu, lieu de publication, lugar de publicación, "
        "local de publicação, luogo di pubblicazione, plaats, miejsce wydania, место издания, "
        "出版地, 出版地点, 출판지"
    ),
    "language": (
        "sprache, langue, idioma, lingua, língua, taal, språk, język, jazyk, kieli, nyelv, dil, язык, "
        "мова, 语言, 语种, 言語, 언어"
    ),
    "keywords": (
        "schlagwörter, schlagworte, stichwörter, stichworte, schlüsselwörter, mots clés, mots clefs, "
        "descripteurs, palabras clave, palavras chave, descriptores, parole chiave, trefwoorden, sleutelwoorden, "
        "nyckelord, nøkkelord, słowa kluczowe, klíčová slova, avainsanat, kulcsszavak, anahtar kelimeler, "
        "λέξεις κλειδιά, ключевые слова, ключові слова, 关键词, 关键字, "
        "キーワード, 키워드, 주제어, الكلمات المفتاحية, کلیدواژه‌ها"
    ),
    "note": (
        "bemerkung, bemerkungen, anmerkung, anmerkungen, notiz, notizen, remarque, remarques, observaciones, "
        "notas, observações, note, opmerkingen, uwagi, poznámka, примечание, примечания, "
        "备注, 附注, 備考, 비고"
    ),
    "url": (
        "lien, liens, enlace, enlaces, verknüpfung, webadresse, adresse web, collegamento, odkaz, ссылка, "
        "链接, 网址, リンク, 링크"
    ),
    "school": (
        "hochschule, universität, université, universidad, universidade, università, universiteit, uczelnia, "
        "университет, 学校, 大学, 대학"
    ),
    "key": "zitierschlüssel, clé de citation, clé bibtex, clave de cita, chiave di citazione",
    "month": "monat, mois, mes, mês, mese, maand, månad, miesiąc, měsíc, месяц, 月, 月份, 월",
    "day": "tag, jour, día, dia, giorno, dag, dzień, den, день, 日",
}
"""Several names of one column are separated by commas, best first."""
JOURNALS = (
    "journal, journal name, journal title, journal book, zeitschrift, zeitschriftentitel, name der zeitschrift, "
    "fachzeitschrift, revue, nom de la revue, titre de la revue, périodique, revista, nombre de la revista, "
    "título da revista, periódico, rivista, periodico, tijdschrift, tidskrift, tidsskrift, czasopismo, "
    "časopis, lehti, folyóirat, dergi, περιοδικό, журнал, часопис, 期刊, 期刊名, 期刊名称, "
    "刊名, 来源期刊, 雑誌, 雑誌名, 誌名, 掲載誌, 学術雑誌, 학술지, 학술지명, 저널, المجلة, مجله"
)
"""Columns whose papers are in journals, whatever the journals are called."""
MEETINGS = (
    "conference, conference title, conference name, proceedings title, konferenz, tagung, tagungsband, "
    "konferenzband, conférence, actes, congreso, conferencia, actas, congresso, conferência, anais, convegno, "
    "atti, conferentie, konferens, konferencja, konference, конференция, 会议, 会议名称, 会议论文集, "
    "会議名, 학술대회"
)
"""Columns whose papers are in proceedings."""
