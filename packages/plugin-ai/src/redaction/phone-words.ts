/** A list of words, of which a space stands for any short gap. */
const anyOf = (words: string): string =>
  words
    .trim()
    .split(/\s*\n\s*|\s*,\s*/)
    .join('|')
    .replaceAll(' ', '[ .]{1,2}')

/** The words for a telephone in many languages. They stand alone. */
const phoneWords = anyOf(`
  tel, tele, telephone, phone, phones, fax, telefax, mobile, mobil, mob, cell, cellular, cellphone, call, ring, dial, whatsapp,
  hotline, helpline, infoline, office, landline, home, sms, text, toll free, (?:my|our|your|his|her|their) (?:new )?number, contact, telefon, telefonszám,
  telefonnummer, rufnummer, büro, zentrale, sekretariat, handy, handynummer, ruf, rückruf, natel, kontakt, meine nummer, durchwahl, téléphone, portable,
  mon numéro, numéro vert, contacter, bureau, teléfono, teléf, oficina, móvil, celular, cel, llamar, llámame, contacto, mi número, telefone,
  telemóvel, fixo, contato, ligue, meu número, escritório, telefono, ufficio, cellulare, telefonare, contatto, numero verde, il mio numero, bel,
  telefoonnummer, telefoon, kantoor, mijn nummer, gsm, tlf, tlfnr, telefonnr, mobilnummer, ring meg, ring mig, telefonnumret, växel,
  puh, puhelin, matkapuhelin, matkap, numer, numerem, numer tel, faks, biuro, komórka, kom, dzwonić, telefonní číslo, volejte, číslo,
  telefónne číslo, hívjon, telefonul, sunați, sunaţi, cep, telefonu, numaram, тел, телефон, телефона, телефону, моб, мобильный,
  мобільний, факс, офис, номер, звоните, позвоните, позвони, дзвоніть, сотовый, тлф, мобилен, τηλ, τηλέφωνο, κινητό, κιν, φαξ,
  điện thoại, di động, đt, sđt, gọi, telepon, telp, hp, hubungi, nomor hp, הטלפון, טלפון, נייד, פקס, טל, هاتف, جوال, موبایل, تلفن,
  الهاتف, تليفون, موبايل, فاكس, همراه, festnetz, fijo, fisso, fixe, vaste lijn, stacjonarny, pevná, pevná linka, sabit, vezetékes, fasttelefon,
  домашний, рабочий, городской, reach, anrufen, rufen, erreichbar, erreichen, appeler, appelez, appelle, joindre, joignable, llama, llame, llamen,
  llámenos, llamad, chiama, chiamami, chiamare, chiamaci, chiamateci, telefona, liga, ligar, telefonar, bellen, belt, bereikbaar, app, ringa,
  ringe, soita, soittakaa, numeroon, zadzwoń, dzwoń, zadzwonić, zavolej, zavolejte, volat, zavolajte, volajte, hívj, hívja, sună, suna, apelați,
  καλέστε, κάλεσε, τηλεφωνήστε, звони, набери, наберите, дзвони, телефонуйте, зателефонуйте, ara, arayın, arayınız, ulaşın, telpon, اتصل, اتصلوا,
  للاتصال, התקשר, התקשרו, обадете се, nazovite, pozovite, zovite, broj, infolinia,
  centrala, recepción, réception, rezeption, receção, recepcja, merkezi, merkezimiz, santral, zap
`)

/** Words of scripts without spaces, and of those whose marks are no letters. */
const joinedWords = anyOf(`
  ☎, 📞, 📱, 문의, 상담, 咨询, 客服, 问询, ติดต่อ, संपर्क, संपर्क करें, 电话, 電話, 手机, 手機, 传真, 傳真, 热线, 熱線, 拨打, 致电, 联系, 微信, 携帯, ファックス, FAX, お問い合わせ, 連絡先, 전화, 전화번호,
  휴대폰, 휴대전화, 핸드폰, 연락처, 팩스, โทร, โทรศัพท์, เบอร์, มือถือ, แฟกซ์, फ़ोन, फोन, फ़ोन, मोबाइल, दूरभाष, ফোন, মোবাইল, தொலைபேசி
`)

/** What may stand between such a word and its number. */
const connections = anyOf(`
  number, nummer, numer, numero, número, numéro, no, nr, num, is, me, us, at, on, the, es, el, le, al, il, è, é, est, ist, unter, la,
  ou, oder, på, til, do, da, ao, an, la numărul, numărul, al número, op nummer, är, er, on, to, jest, pod, mich, mig, meg, mir, para, o, ons, op, под, мне, по, номеру, номер, 号码, 号, 號碼, 番号, 番號, 번호,
  new, neu, neue, nuevo, nueva, nouveau, novo, nuovo, nowy, nieuw, yeni, number is, direct, directly, au, aux, moi, nous, beni, bana, a, na, pe, la numărul, στο, số, theo số, di, на, هو, الرقم
`)

/** Whether a text ends with words that announce a telephone number. */
export const phoneLabel = new RegExp(
  `(?:(?<![\\p{L}\\p{N}])(?:${phoneWords})(?!\\p{L})|(?:${joinedWords}))(?:[ .:：#/()-]{0,5}(?:${connections})(?!\\p{Script=Latin})|[ .:：#/()-]{1,5}){0,3}$`,
  'iu',
)

const otherWords = anyOf(`
  order, invoice, ref, reference, id, isbn, issn, serial, s\\/n, sku, ticket, case, part, item, article, account, version, build,
  tracking, order-id, zip, page, pages, figure, fig, bestellung, bestellnummer, rechnung, rechnungsnummer, artikel, konto, plz,
  steuernummer, ust-idnr, hrb, ahv, commande, facture, siret, siren, sécurité, sécurité sociale, nir, tva, pedido, factura, dni, nif,
  cuit, rfc, cpf, cnpj, fatura, fattura, ordine, p\\.?iva, partita iva, codice fiscale, bestelling, bestelnummer, kvk, btw, bsn,
  ordernummer, ordrenummer, fakturanr, faktura, ocr, orgnr, org\\.nr, cvr, y-tunnus, viitenumero, zamówienie, zamówienia, nip,
  regon, pesel, ičo, dič, adószám, cui, заказ, заказа, счёт, счет, инн, кпп, огрн, снилс, єдрпоу, булстат, αφμ, παραγγελίας, sipariş,
  vergi, vergi no, tfn, abn, acn, nhs, nhs no, nino, mrn, ein, uid, crn, vat, sin, client, cliente, customer, kunde, kunden, kd, klient, müşteri, asiakas, kund, dossier, protocolo, boleto, pratica,
  rekening, meterstand, lieferschein, aktenzeichen, az, contract, contrato, contrat, contratto, vertrag, umowa, policy, police, póliza, polizza,
  mã số thuế, đơn hàng, mã đơn hàng, pesanan, הזמנה, الفاتورة, الطلب
`)
const otherJoinedWords = anyOf(`
  №, 订单, 編號, 编号, 单号, 发票, 账号, 邮编, 快递, 注文番号, 郵便番号, 法人番号, 統一編號, 주문번호, 우편번호, 사업자등록번호, เลขที่, संख्या
`)

/** Compounds for a number, such as "Vertragsnummer", but not those for the number of a telephone. */
const otherCompounds = `(?<!\\p{L})(?!(?:tel|ruf|handy|fax|mobi|phone|kontakt|service|notruf|whatsapp|puhelin|festnetz))\\p{L}{3,24}(?:nummer|nummeret|numret|nr|schein|zeichen|szám|numero)`

/** Whether a text ends with words that announce a number of another kind. */
export const otherLabel = new RegExp(
  `(?:(?<![\\p{L}\\p{N}])(?:${otherWords})(?!\\p{L})|(?:${otherJoinedWords})|${otherCompounds})(?:[ .:：#-]*(?:number|nummer|no|nr|num|n°|nº|号|号码)(?!\\p{L}))?[ .:：#°-]{0,4}$`,
  'iu',
)

const extensionWords = anyOf(`
  ext, extn, extension, x, dw, durchwahl, klappe, apparat, app, poste, extensión, anexo, interno, int, ramal, extensão, toestel, tst, wew,
  wewnętrzny, linka, klapka, mellék, anknytning, lokal, dahili, доб, добавочный, внутр, вн, εσωτ, تحويلة, שלוחה
`)

/** The extension behind a telephone number. Sticky: set `lastIndex` first. */
export const extension = new RegExp(
  `[ ,;]{0,2}\\(?(?:(?:${extensionWords})(?!\\p{L})|内線|分机|分機|내선|ต่อ)[ .:：]{0,3}\\d{1,6}(?![\\p{N}])\\)?`,
  'iuy',
)
