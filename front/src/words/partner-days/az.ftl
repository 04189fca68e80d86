# Siyahılar
days-forums = Forumlar
days-forums-note = Kim kiminlə, nə vaxt və hansı masada görüşür.
days-exchanges = Mübadilə proqramları
days-exchanges-note = Startaplar və tələbələr üçün yerlər: heç kimin dəyişməyə səbəbi qalmır.
days-schools = Kurslar
days-schools-note = Yaşayış məntəqələrinin məktəbləri üçün İT kursları: qruplar, müəllimlər, otaqlar və həftə.
days-add = JSON faylından əlavə et
days-add-note = Təlimatda göstərildiyi kimi sənəd; sonra onu açıb orada davam edirsiniz.
days-no-json = Bu fayl JSON deyil.
days-none = Hələ heç nə yoxdur
days-none-note = Təşkilatçılar birincisini əlavə edib dərc edirlər.
days-public = açıq
days-draft = qaralama
days-publish = Dərc et
days-hide = Dərcdən çıxar

# Forum
days-board = Zalın lövhəsi
days-calendar = Təqvim (iCalendar)
days-desk = Təşkilatçının masası
days-made = { $count } görüş; mümkün olan ən yaxşı nəticənin { $share } %-i.
days-not-made = Hələ cədvəl yoxdur.
days-plan = Cədvəli qur
days-plan-again = Cədvəli yenidən qur
days-unmet = İstənilib, amma cədvəldə yoxdur
days-badges = Vəsiqələr (PDF)
days-tables = Masaların siyahıları (PDF)
days-away = Gəlmir
days-from = Hansı vaxtdan
days-replan = Cədvəli dəyiş
days-replanned = Köçürülən görüşlər: { $moved }, ləğv olunan: { $dropped }.
days-all-meetings = Bütün görüşlər
days-mine = Görüşlərim
days-when = Vaxt
days-guest = Qonaq
days-host = Ev sahibi
days-place = Yer
days-status = Vəziyyət
days-status-pending = cavab gözləyir
days-status-agreed = razılaşdırılıb
days-status-declined = rədd edilib
days-status-cancelled = ləğv edilib
days-status-held = keçirilib
days-status-missed = baş tutmayıb
days-table = masa { $number }
days-interpreter = tərcüməçi: { $language }
days-offered = Başqa vaxt təklif olunur: { $slot }
days-accept = Qəbul et
days-decline = Rədd et
days-move-accept = Yeni vaxtı qəbul et
days-move-decline = Yerində qalsın
days-other-time = Başqa vaxt
days-offer = Təklif et
days-cancel = Ləğv et
days-board-now = indi
days-board-next = sonra
days-board-empty = boş
days-board-over = Forum başa çatıb.
days-board-stale = Əlaqə yoxdur; son məlum vəziyyət göstərilir.

# Mübadilə
days-match = Yerləşdir
days-not-matched = { $applicants } müraciətçi və { $hosts } ev sahibi hələ yerləşdirilməyib.
days-matched = { $applicants } nəfərdən { $placed } nəfər yerləşdirilib; { $places } yer var.
days-stable = dayanıqlı: heç kimin dəyişməyə səbəbi yoxdur
days-not-stable = pozan cütlər: { $count }
days-by-wish = Kimin hansı istəyi yerinə yetib
days-wish = İstək
days-count = Müraciətçi
days-placed = Kim hara gedir
days-applicant = Müraciətçi

# Kurslar
days-plan-id = Uşaqları qrupları dolduran plan
days-year = İl
days-make-week = Həftəni qur
days-no-week = Hələ həftə cədvəli yoxdur.
days-week = { $groups } qrupda { $pupils } şagird dərs alır.
days-lessons = Hər həftənin dərsləri
days-period = { $day }-ci gün, { $period }-ci dərs
days-group = Qrup
days-pupils = Şagird
days-teacher = Müəllim
days-room = Otaq
days-untaught = Dərssiz qalan qruplar

# Sertifikatlar
days-certificate-check = Sertifikatı yoxla
days-certificate-note = Kağızdakı kod sertifikatın özünü saxlayır. O, verənin açıq açarı ilə yoxlanır.
days-certificate-text = Kodun mətni
days-certificate-key = Verənin açıq açarı
days-certificate-issuer = Verənin adı
days-certificate-list = Geri götürülən sertifikatların siyahısı, əgər varsa
days-verdict-valid = etibarlıdır
days-verdict-revoked = geri götürülüb
days-verdict-forged = saxtadır
days-verdict-unknown_issuer = bu verənin deyil
days-verdict-list_unknown = bu verən imzalayıb; geri götürülüb-götürülmədiyi bilinmir
days-certificate-field-holder = Sahibi
days-certificate-field-course = Kurs
days-certificate-field-lessons = Dərslər
days-certificate-field-issuer = Verən
days-certificate-field-issued = Tarix
days-certificate-field-id = Nömrə
days-on-behalf = İştirakçının əvəzinə

# Mübadilə, əlavə
days-matching = Uyğunlaşdırılır…
days-match-note = Uyğunlaşdırma hər müraciətçini onu istəyən ən yaxşı təşkilata yerləşdirir. Sonra kimin hara getdiyini dərc edirsiniz; istək siyahıları gizli qalır.
days-goes-to = Gedir
days-nowhere = yer yoxdur
days-field = Sahə
days-hosts = Qəbul edənlər
days-taken = Tutulan yerlər
days-wish-number = { $number } nömrəli istək

# İrəliləyiş və sertifikatlar
days-course = Kurs
days-own-groups = Sənədin öz qrupları
days-progress = Şagirdlərin irəliləyişi
days-progress-note = Uşaqların adları: kurslar açıq olsa belə, onları yalnız bu kursları təşkil edənlər görür.
days-register = Jurnal
days-register-note = Hər şagird və dərs üçün bir sətirli CSV: pupil, lesson, there (bəli və ya xeyr), mark (0-dan 100-dək və ya boş). Saxlanılanı əvəz edir.
days-register-template = Boş jurnal (CSV)
days-register-delete = Jurnalı sil
days-register-gone = Jurnal silindi.
days-register-kept = Saxlanan sətirlər: { $count }.
days-register-faulty = Bu sətirlər anlaşılmadı; heç nə saxlanmadı: { $lines }
days-no-register = Hələ jurnal saxlanmayıb.
days-passing = Bütün dərslərin { $share } %-ində olan və qiymətləri orta hesabla { $mark } olan kursu keçmiş sayılır.
days-pupil = Şagird
days-attended = İştirak edilən dərslər
days-of-lessons = keçirilən { $held } dərsdən { $attended }, cəmi { $lessons }
days-mean-mark = Orta qiymət
days-passed = Keçib
days-not-yet = hələ yox
days-issue = Keçənlərin sertifikatları
days-issue-note = Onlar bu səhifədə imzalanır; açar göndərilmir. Hər biri bir səhifəlik PDF və sertifikatların faylını alırsınız.
days-key = Verənin açarı
days-key-note = Gizli açarın faylı: burada və ya bunyad partner courses key ilə yaradılan.
days-key-is = Açar { $key }…
days-key-none = Bu faylda açar yoxdur.
days-key-make = Açar yarat və saxla
days-issue-all = { $count } sertifikat ver
days-issued = Verilən sertifikatlar: { $count }.
days-take-back = Sertifikatları geri götür
days-take-back-ids = İndiyədək geri götürülənlərin hamısının nömrələri
days-take-back-sign = Siyahını imzala

# Kim niyə kənarda qalıb
days-why-teacher = { $place }: { $course } kursunu heç kim öyrətmir
days-why-room = { $place }: { $pupils } şagird üçün yeri və cihazı olan otaq yoxdur
days-why-taken = müəllimlər və otaqlar daha çox şagirdi olan qruplara verilib
days-why-slot = hər ikisinə və digər vacib görüşlərə uyğun vaxt qalmayıb
days-why-change = dəyişiklikdən sonra vaxt qalmayıb
days-why-apart = heç vaxt eyni vaxtda orada olmurlar
days-why-least = { $least } görüşdən { $held } yerləşdirildi
